"""The LSTM VAE of sentences in PyTorch, for `text_speed.py`: same layers, sizes and batches."""

import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

PAD, SOS, EOS = 0, 2, 3


class SentenceVAE(nn.Module):
    """Bidirectional LSTM encoder, Gaussian latent, LSTM decoder that sees z at every step."""

    def __init__(self, size, embedding_dim, units, latent_dim, dropout):
        super().__init__()
        self.source = nn.Embedding(size, embedding_dim, padding_idx=PAD)
        self.encoder = nn.LSTM(embedding_dim, units, bidirectional=True, batch_first=True)
        self.loc = nn.Linear(2 * units, latent_dim)
        self.raw_scale = nn.Linear(2 * units, latent_dim)
        self.start = nn.Linear(latent_dim, units)
        self.history = nn.Embedding(size, embedding_dim)
        self.decoder = nn.LSTM(embedding_dim + latent_dim, units, batch_first=True)
        self.logits = nn.Linear(units, size)
        self.dropout = dropout

    def encode(self, source):
        embedded = functional.dropout(self.source(source), self.dropout, self.training)
        packed = nn.utils.rnn.pack_padded_sequence(
            embedded, (source != PAD).sum(1), batch_first=True, enforce_sorted=False
        )
        _, (state, _) = self.encoder(packed)
        hidden = torch.cat([state[0], state[1]], -1)
        return self.loc(hidden), functional.softplus(self.raw_scale(hidden)) + 1e-6

    def first(self, z):
        cell = self.start(z)[None]
        return torch.tanh(cell), cell

    def forward(self, source, target):
        """The negative ELBO, nats per sentence."""
        loc, scale = self.encode(source)
        z = loc + scale * torch.randn_like(loc)
        history = functional.pad(target[:, :-1], (1, 0), value=SOS)
        given = z[:, None].expand(-1, target.shape[1], -1)
        states, _ = self.decoder(torch.cat([self.history(history), given], -1), self.first(z))
        logits = self.logits(functional.dropout(states, self.dropout, self.training))
        nll = functional.cross_entropy(
            logits.flatten(0, 1), target.flatten(), ignore_index=PAD, reduction="sum"
        )
        rate = (0.5 * (loc**2 + scale**2 - 1) - scale.log()).sum()
        return (nll + rate) / len(source)

    @torch.no_grad()
    def decode(self, source, steps):
        """Ids of greedy search from the posterior means."""
        z, _ = self.encode(source)
        state, ids = self.first(z), []
        previous = torch.full((len(source),), SOS)
        finished = torch.zeros(len(source), dtype=torch.bool)
        for step in range(steps):
            inputs = torch.cat([self.history(previous), z], -1)[:, None]
            output, state = self.decoder(inputs, state)
            logits = self.logits(output)[:, 0]
            logits[:, :EOS] = -torch.inf  # padding, the unknown and the start are never written
            best = logits.argmax(-1)
            if step == steps - 1:
                best = torch.full_like(best, EOS)
            previous = best.masked_fill(finished, PAD)
            ids.append(previous)
            finished |= previous == EOS
            if finished.all():
                break
        return torch.stack(ids, 1)

    @torch.no_grad()
    def load(self, weights):
        """Takes over the weights of the Keras model, `{path: array}`."""
        put = {path.split("/", 1)[1]: torch.from_numpy(np.array(w)) for path, w in weights.items()}

        def lstm(module, cell, suffix=""):  # both have the gates i, f, g, o
            getattr(module, f"weight_ih_l0{suffix}").copy_(put[f"{cell}/kernel"].T)
            getattr(module, f"weight_hh_l0{suffix}").copy_(put[f"{cell}/recurrent_kernel"].T)
            getattr(module, f"bias_ih_l0{suffix}").copy_(put[f"{cell}/bias"])
            getattr(module, f"bias_hh_l0{suffix}").zero_()

        def linear(module, layer):
            module.weight.copy_(put[f"{layer}/kernel"].T)
            module.bias.copy_(put[f"{layer}/bias"])

        self.source.weight.copy_(put["encoder/embedding/embeddings"])
        lstm(self.encoder, "encoder/forward/lstm_cell")
        lstm(self.encoder, "encoder/backward/lstm_cell", "_reverse")
        linear(self.loc, "latent/loc")
        linear(self.raw_scale, "latent/raw_scale")
        linear(self.start, "decoder/recurrence/start")
        self.history.weight.copy_(put["decoder/history/embeddings"])
        lstm(self.decoder, "decoder/recurrence/lstm/lstm_cell")
        linear(self.logits, "decoder/logits")


class Reference:
    """Trains and decodes on arrays of ids."""

    def __init__(self, size, recipe):
        torch.manual_seed(0)
        sizes = [recipe[n] for n in ("embedding_dim", "hidden_units", "latent_dim", "dropout")]
        self.model, self.clip = SentenceVAE(size, *sizes), recipe["clip_norm"]
        self.optimizer = torch.optim.Adam(self.model.parameters(), 1e-3, fused=True)

    def train(self, batches):
        """Seconds for one step on each batch of ids."""
        tensors = [torch.from_numpy(ids.astype(np.int64)) for ids in batches]
        self.model.train()
        start = time.perf_counter()
        for ids in tensors:
            self.optimizer.zero_grad(set_to_none=True)
            self.model(ids, ids).backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
            self.optimizer.step()
        return time.perf_counter() - start

    def decode(self, batches, steps):
        """Seconds to decode all batches greedily, and the ids."""
        self.model.eval()
        start = time.perf_counter()
        found = [self.model.decode(torch.from_numpy(b.astype(np.int64)), steps) for b in batches]
        return time.perf_counter() - start, [ids.numpy() for ids in found]

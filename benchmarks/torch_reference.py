"""The default model in PyTorch, for the speed benchmark: same layers, sizes and batches."""

import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional


class ReinflectionVAE(nn.Module):
    """Bidirectional GRU encoder, Gaussian latent, GRU decoder with attention over the condition."""

    def __init__(self, size, condition_size, embedding_dim, units, latent_dim, condition_dim):
        super().__init__()
        self.source = nn.Embedding(size, embedding_dim, padding_idx=0)
        self.encoder = nn.GRU(embedding_dim, units, bidirectional=True, batch_first=True)
        self.loc = nn.Linear(2 * units, latent_dim)
        self.raw_scale = nn.Linear(2 * units, latent_dim)
        self.condition_embedding = nn.Linear(condition_size, condition_dim, bias=False)
        self.start = nn.Linear(latent_dim + condition_dim, units)
        self.history = nn.Embedding(size, embedding_dim)
        self.decoder = nn.GRU(embedding_dim + latent_dim + condition_dim, units, batch_first=True)
        self.query = nn.Linear(units, condition_dim)
        self.keys = nn.Parameter(torch.randn(condition_size, condition_dim) * condition_dim**-0.5)
        self.logits = nn.Linear(units + condition_dim, size)
        self.multiplier = nn.Parameter(torch.tensor(0.56))

    def encode(self, source):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.source(source), (source != 0).sum(1), batch_first=True, enforce_sorted=False
        )
        _, state = self.encoder(packed)
        hidden = torch.cat([state[0], state[1]], -1)
        return self.loc(hidden), functional.softplus(self.raw_scale(hidden)) + 1e-6

    def attend(self, states, condition):
        scores = self.query(states) @ self.keys.T * self.keys.shape[1] ** -0.5
        active = condition[:, None] != 0
        weights = torch.softmax(scores.masked_fill(~active, -1e9), -1) * active
        return torch.cat([states, weights @ self.keys], -1)

    def reconstruct(self, z, condition, target):
        """Logits of every position, `(batch, length, vocabulary)`."""
        given = torch.cat([z, self.condition_embedding(condition)], -1)
        history = functional.pad(target[:, :-1], (1, 0), value=2)
        inputs = torch.cat(
            [self.history(history), given[:, None].expand(-1, target.shape[1], -1)], -1
        )
        states, _ = self.decoder(inputs, torch.tanh(self.start(given))[None])
        return self.logits(self.attend(states, condition))

    def forward(self, source, condition, target):
        loc, scale = self.encode(source)
        z = loc + scale * torch.randn_like(loc)
        logits = self.reconstruct(z, condition, target)
        nll = functional.cross_entropy(logits.transpose(1, 2), target, reduction="none")
        distortion = (nll * (target != 0)).sum(-1).mean()
        rate = (0.5 * (loc**2 + scale**2 - 1) - scale.log()).sum(-1).mean()
        gap = (40.0 - rate).detach()
        u = functional.softplus(self.multiplier)
        felt = torch.clamp(u + 2.0 * gap / 40.0, min=0.0).detach()
        return distortion + (1 - felt) * rate - u * gap / 40.0

    @torch.no_grad()
    def inflect(self, source, condition, steps):
        loc, _ = self.encode(source)
        given = torch.cat([loc, self.condition_embedding(condition)], -1)
        state = torch.tanh(self.start(given))[None]
        previous = torch.full((len(source),), 2)
        finished = torch.zeros(len(source), dtype=torch.bool)
        ids = []
        for _ in range(steps):
            inputs = torch.cat([self.history(previous), given], -1)[:, None]
            output, state = self.decoder(inputs, state)
            logits = self.logits(self.attend(output, condition))[:, 0]
            logits[:, :3] = -torch.inf  # padding, the unknown and the start are never written
            previous = logits.argmax(-1).masked_fill(finished, 0)
            ids.append(previous)
            finished |= previous == 3
            if finished.all():
                break
        return torch.stack(ids, 1)

    @torch.no_grad()
    def beam_search(self, source, condition, steps, width):
        loc, _ = self.encode(source)
        given = torch.cat([loc, self.condition_embedding(condition)], -1)
        state = torch.tanh(self.start(given)).repeat_interleave(width, 0)[None]
        given, condition = (part.repeat_interleave(width, 0) for part in (given, condition))
        rows = len(given)
        previous = torch.full((rows,), 2)
        scores = torch.full((len(source), width), -1e30)
        scores[:, 0] = 0.0
        finished = torch.zeros(rows, dtype=torch.bool)
        first_row = torch.arange(len(source))[:, None] * width
        ids = torch.zeros(rows, 0, dtype=torch.long)
        for _ in range(steps):
            inputs = torch.cat([self.history(previous), given], -1)[:, None]
            output, state = self.decoder(inputs, state)
            logits = self.logits(self.attend(output, condition))[:, 0]
            logits[:, :3] = -torch.inf
            log_p = torch.log_softmax(logits, -1)
            log_p[finished] = -torch.inf
            log_p[finished, 0] = 0.0
            size = log_p.shape[-1]
            total = (scores.reshape(rows, 1) + log_p).reshape(len(source), -1)
            scores, best = total.topk(width, -1)
            origin = (first_row + best // size).reshape(-1)
            previous = (best % size).reshape(-1)
            state = state[:, origin]
            ids = torch.cat([ids[origin], previous[:, None]], 1)
            finished = finished[origin] | (previous == 3)
            if finished.all():
                break
        return ids.reshape(len(source), width, -1)

    @torch.no_grad()
    def load(self, weights):
        """Takes over the weights of the Keras model, `{path: array}`."""
        put = {path.split("/", 1)[1]: torch.from_numpy(np.array(w)) for path, w in weights.items()}

        def gru(module, cell, suffix=""):
            for name, theirs in (("kernel", "weight_ih"), ("recurrent_kernel", "weight_hh")):
                z, r, n = put[f"{cell}/{name}"].T.chunk(3)  # PyTorch has the reset gate first
                getattr(module, f"{theirs}_l0{suffix}").copy_(torch.cat([r, z, n]))
            for row, theirs in enumerate(("bias_ih", "bias_hh")):
                z, r, n = put[f"{cell}/bias"][row].chunk(3)
                getattr(module, f"{theirs}_l0{suffix}").copy_(torch.cat([r, z, n]))

        def linear(module, layer):
            module.weight.copy_(put[f"{layer}/kernel"].T)
            if module.bias is not None:
                module.bias.copy_(put[f"{layer}/bias"])

        self.source.weight.copy_(put["encoder/embedding/embeddings"])
        gru(self.encoder, "encoder/forward/gru_cell")
        gru(self.encoder, "encoder/backward/gru_cell", "_reverse")
        linear(self.loc, "latent/loc")
        linear(self.raw_scale, "latent/raw_scale")
        linear(self.condition_embedding, "decoder/condition_embedding")
        linear(self.start, "decoder/recurrence/start")
        self.history.weight.copy_(put["decoder/history/embeddings"])
        gru(self.decoder, "decoder/recurrence/gru/gru_cell")
        linear(self.query, "decoder/attention/project_query")
        self.keys.copy_(put["decoder/attention/embeddings"])
        linear(self.logits, "decoder/logits")


class Reference:
    """Trains and decodes on arrays of ids."""

    def __init__(self, size, condition_size, recipe):
        torch.manual_seed(0)
        self.model = ReinflectionVAE(
            size,
            condition_size,
            recipe["embedding_dim"],
            recipe["hidden_units"],
            recipe["latent_dim"],
            recipe["condition_dim"],
        )
        self.clip = recipe["clip_norm"]
        self.optimizer = torch.optim.Adam(self.model.parameters(), 1e-3, fused=True)

    def train(self, batches):
        """Seconds for one step on each batch."""
        tensors = [
            (
                torch.from_numpy(b["source"].astype(np.int64)),
                torch.from_numpy(b["condition"]),
                torch.from_numpy(b["target"].astype(np.int64)),
            )
            for b in batches
        ]
        start = time.perf_counter()
        for batch in tensors:
            self.optimizer.zero_grad(set_to_none=True)
            self.model(*batch).backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
            self.optimizer.step()
        return time.perf_counter() - start

    def decode(self, batches, steps, width=1):
        """Seconds to inflect all batches, greedily or by beam search, and the ids found first."""
        found = []
        start = time.perf_counter()
        for b in batches:
            source = torch.from_numpy(b["source"].astype(np.int64))
            condition = torch.from_numpy(b["condition"])
            if width == 1:
                found.append(self.model.inflect(source, condition, steps))
            else:
                found.append(self.model.beam_search(source, condition, steps, width)[:, 0])
        return time.perf_counter() - start, [ids.numpy() for ids in found]

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

    def forward(self, source, condition, target):
        loc, scale = self.encode(source)
        z = loc + scale * torch.randn_like(loc)
        given = torch.cat([z, self.condition_embedding(condition)], -1)
        history = functional.pad(target[:, :-1], (1, 0), value=2)
        inputs = torch.cat(
            [self.history(history), given[:, None].expand(-1, target.shape[1], -1)], -1
        )
        states, _ = self.decoder(inputs, torch.tanh(self.start(given))[None])
        logits = self.logits(self.attend(states, condition))
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
        for _ in range(steps):
            inputs = torch.cat([self.history(previous), given], -1)[:, None]
            output, state = self.decoder(inputs, state)
            previous = self.logits(self.attend(output, condition))[:, 0].argmax(-1)
            finished |= previous == 3
            if finished.all():
                break


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

    def decode(self, batches, steps):
        """Seconds to inflect all batches greedily."""
        start = time.perf_counter()
        for b in batches:
            source = torch.from_numpy(b["source"].astype(np.int64))
            self.model.inflect(source, torch.from_numpy(b["condition"]), steps)
        return time.perf_counter() - start

"""Annealing, free bits and the minimum desired rate in PyTorch, written from their papers.

An implementation of its own, to compare this package's with: nothing of it is used here but the
model of `torch_reference.py`, arrays of ids, and the order of the batches.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch_reference import ReinflectionVAE


def terms(model, source, condition, target):
    """Distortion `(batch,)` and KL `(batch, latent)` of one sample of the posterior, in nats."""
    loc, scale = model.encode(source)
    z = loc + scale * torch.randn_like(loc)
    logits = model.reconstruct(z, condition, target)
    nll = functional.cross_entropy(logits.transpose(1, 2), target, reduction="none")
    kl = 0.5 * (loc**2 + scale**2 - 1) - scale.log()
    return (nll * (target != 0)).sum(-1), kl


class LinearAnnealing:
    """Bowman et al. 2015: a weight of the KL that rises by `rate` a step up to a threshold."""

    def __init__(self, rate, threshold):
        self.rate, self.threshold, self.step = rate, threshold, 0

    def penalty(self, kl):
        weight = min(self.threshold, self.rate * self.step)
        self.step += 1
        return weight * kl.sum(-1).mean()


class FreeBits:
    """Kingma et al. 2016: each dimension costs at least `nats`, averaged over the minibatch."""

    def __init__(self, nats):
        self.nats = nats

    def penalty(self, kl):
        return kl.mean(0).clamp(min=self.nats).sum()


class MinimumDesiredRate(nn.Module):
    """Pelsmaeker & Aziz 2019: D + R + u (r - R), descended by the model, ascended by u >= 0.

    As published, with RMSProp for the multiplier.
    """

    def __init__(self, rate, multiplier, step):
        super().__init__()
        self.rate = rate
        self.raw = nn.Parameter(torch.tensor(float(np.log(np.expm1(multiplier)))))
        self.optimizer = torch.optim.RMSprop([self.raw], step, maximize=True)

    def penalty(self, kl):
        rate = kl.sum(-1).mean()
        u = functional.softplus(self.raw)
        self.optimizer.zero_grad()
        (u * (self.rate - rate.detach())).backward()
        self.optimizer.step()
        return rate + u.detach() * (self.rate - rate)


def make_method(name, recipe):
    """The method of one of our recipes, from the numbers of its configuration."""
    term = recipe["rate_term"]
    if name == "mdr":
        return MinimumDesiredRate(term["rate_nats"], term["initial_multiplier"], 5e-3)
    if name == "free_bits":
        return FreeBits(term["free_nats"])
    return LinearAnnealing(term["weight"]["rate"], term["weight"]["threshold"])


def train(name, recipe, sizes, arrays, dev, plan, seed, epochs):
    """Trains a method; returns `(distortion, rate)` of the development set after each epoch."""
    torch.set_num_threads(1)  # others make it wait where the cores have other work
    torch.manual_seed(seed)
    keys = ("embedding_dim", "hidden_units", "latent_dim", "condition_dim")
    model = ReinflectionVAE(*sizes, *(recipe[key] for key in keys))
    method = make_method(name, recipe)
    optimizer = torch.optim.Adam(model.parameters(), recipe["learning_rate"])
    curve = []
    for epoch in range(epochs):
        for rows in plan.batches(epoch):
            nll, kl = terms(model, *_tensors(arrays, rows))
            optimizer.zero_grad(set_to_none=True)
            (nll.mean() + method.penalty(kl)).backward()
            nn.utils.clip_grad_norm_(model.parameters(), recipe["clip_norm"])
            optimizer.step()
        with torch.no_grad():
            nll, kl = terms(model, *_tensors(dev, np.arange(len(dev["source"]))))
        curve.append((float(nll.mean()), float(kl.sum(-1).mean())))
    return curve


def _tensors(arrays, rows):
    """Source, condition and target of some rows, without columns that are padding alone."""
    found = []
    for name in ("source", "condition", "target"):
        part = arrays[name][rows]
        if name != "condition":
            part = part[:, : max(1, int((part != 0).sum(1).max()))].astype(np.int64)
        found.append(torch.from_numpy(part))
    return found

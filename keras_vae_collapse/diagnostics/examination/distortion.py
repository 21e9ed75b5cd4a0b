"""The distortion of a model, as it was recognised in its loss."""

import dataclasses
import itertools
import typing

import numpy as np

from keras_vae_collapse.diagnostics.examination.output_kinds import Kind


@dataclasses.dataclass(frozen=True)
class Distortion:
    """The distortion of a model as it was recognised.

    Attributes:
        kind: a `Kind`.
        coefficient: `c`, what the loss has of the distortion of each example; for a squared
            error `1 / sigma^2` of the Gaussian that the loss implies.
        counted: booleans `(batch, positions)`, the elements that count.
        positions: shape of the elements of an example.
        source: which array of the data the targets are made of.
        shift: function of that array, to the positions that are predicted.
        target_of: function from the arrays of the data to targets.
    """

    kind: Kind
    coefficient: float
    counted: np.ndarray
    positions: tuple
    source: int
    shift: typing.Callable
    target_of: typing.Callable

    @property
    def rows(self):
        """Number of rows it was recognised on."""
        return len(self.counted)

    def sizes(self):
        """Numbers of elements over which a loss may average: axes, all elements, mean length."""
        axes = self.positions
        spans = itertools.combinations(range(len(axes) + 1), 2)
        products = {float(np.prod(axes[first:last])) for first, last in spans}
        return sorted({*products, float(self.counted.sum(axis=1).mean())}, reverse=True)

    @property
    def squared(self):
        """Whether the loss leaves the scale of the Gaussian open."""
        return self.kind.name in ("squared error", "absolute error")

    @property
    def nats_per_loss(self):
        """What a unit of the loss is in nats an example.

        A squared error `k (o - t)^2` is in nats for `sigma^2 = 1 / (2 k)`, whatever `k`.
        """
        return 1.0 if self.squared else 1.0 / self.coefficient

    def nats(self, outputs, targets):
        """`-log p` of each element in nats up to a constant, `(batch, positions)`."""
        weight = self.coefficient if self.squared else 1.0
        nats = self.kind.nats(outputs, targets)
        return weight * nats.reshape(len(outputs), -1)

    def start_nats(self, targets):
        """The same of outputs that know nothing: equal probabilities, or zeros."""
        if self.kind.categorical:
            nats = np.full(targets.shape[:-1], np.log(targets.shape[-1]))
        elif self.squared:
            nats = self.coefficient * self.kind.nats(np.zeros_like(targets), targets)
        else:
            nats = np.full(targets.shape, np.log(2.0))
        return nats.reshape(len(targets), -1)

    def whitened(self, outputs, change):
        """A change of the outputs in units of their noise: its square is the Fisher information."""
        weight = self.coefficient if self.squared else 1.0
        return np.sqrt(weight) * self.kind.whitened(outputs, change)

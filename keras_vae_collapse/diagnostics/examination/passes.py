"""Passes of a compiled model over rows of data, with a latent of one's choice."""

import contextlib
import inspect

import keras
import numpy as np
import tensorflow as tf

from keras_vae_collapse.diagnostics.examination.averages import first_average
from keras_vae_collapse.diagnostics.examination.bound_site import BoundSite
from keras_vae_collapse.diagnostics.examination.interception import (
    recorded_losses,
    same,
    watched,
)
from keras_vae_collapse.diagnostics.examination.one_pass import as_arrays

# Weights of a model whose forward passes are those with gradients, so that it is traced once.
_SMALL = 100_000
# What Python code raises that runs eagerly alone.
_NOT_TRACEABLE = (
    TypeError,
    AttributeError,
    NotImplementedError,
    tf.errors.OperatorNotAllowedInGraphError,
)


class Passes:
    """Runs a compiled model, its `z` chosen from outside.

    Nothing is drawn and nothing trained: the model runs as at inference (one with a
    `train_step` of its own as in that step, whose optimizers stand still).

    Args:
        model: a compiled Keras model.
        data: `(x, y)`, nests of arrays, `y` is `None` for a `train_step` that takes `x` only.
        sites: where the model draws its latent: a list of `OurLatent`, `SamplingLayer`
            or `BoundSite`.
    """

    def __init__(self, model, data, sites):
        self.model, self.sites = model, sites
        self.data = data
        self.arrays = [np.asarray(a) for a in keras.tree.flatten(data) if a is not None]
        self.sizes, self.shapes = None, None
        self.output_call = None  # (layer, number of its call, which tensor) of the outputs
        self.output_size = 1  # elements of the outputs of an example
        self.weights = list(model.trainable_variables)
        self._one_trace = sum(int(np.prod(w.shape)) for w in self.weights) <= _SMALL
        self._functions = {}

    @property
    def own_step(self):
        """Whether the model has a training step of its own."""
        return has_own_step(self.model)

    def rows(self, indices):
        """The data of some rows."""
        return keras.tree.map_structure(
            lambda a: None if a is None else tf.convert_to_tensor(np.asarray(a)[indices]), self.data
        )

    def forward(self, data, z=None, noise=None):
        """A `Pass` without gradients; `z` for all draws, or standard normal `noise` of them."""
        return self._run("forward", data, z, noise)

    def backward(self, data, z=None, noise=None):
        """A `Pass` with gradients."""
        return self._run("backward", data, z, noise)

    def renew_noise(self, number=0):
        """Gives rate terms that estimate their KL another noise, or that which they had first."""
        for site in self.sites:
            if site.noise is not None:
                site.noise.renew(number)

    def split(self, matrix):
        """`(batch, latent)` cut into the draws of a pass."""
        parts = np.split(np.asarray(matrix, "float32"), np.cumsum(self.sizes)[:-1], axis=-1)
        return [p.reshape(-1, *s) for p, s in zip(parts, self.shapes, strict=True)]

    def copies(self, outputs, rows):
        """How many equal samples an output holds for each row; 0 where it is not one a row."""
        samples = {1} | {s.rate_term.num_samples for s in self.sites if isinstance(s, BoundSite)}
        times, rest = divmod(outputs.shape[0], rows)
        return times if not rest and times in samples else 0

    def _run(self, kind, data, z, noise):
        fixed = z is not None
        parts = self.split(z if fixed else noise)
        # Tracing a small model takes longer than all gradients that are then not asked for.
        traced = "backward" if self._one_trace else kind
        function = self._functions.get(traced)
        if function is None:
            function = self._traced(getattr(self, f"_{traced}"))
            self._functions[traced] = function
        found = dict(function(data, parts, tf.constant(1.0 if fixed else 0.0)))
        if kind == "forward":
            found.pop("gradients", None)
        return as_arrays(found)

    def _traced(self, function):
        """The function as a graph, or as it is where the model cannot be traced."""
        if self.model.run_eagerly or tf.config.functions_run_eagerly():
            return function
        traced = tf.function(function, autograph=False)

        def either(*args):
            nonlocal traced
            if traced is not None:
                try:
                    return traced(*args)
                except _NOT_TRACEABLE:
                    traced = None
            return function(*args)

        return either

    def _forward(self, data, parts, fixed):
        return self._pass(data, parts, fixed)[0]

    def _backward(self, data, parts, fixed):
        return self._pass(data, parts, fixed, gradients=True)[0]

    def _pass(self, data, parts, fixed, gradients=False, after=None):
        """`(results, draws)` of one run of the model; `after` as for `watched`."""
        draws = []
        given = iter(parts)

        def choose(loc, scale, draw):
            part = next(given)
            part = tf.reshape(part, tf.shape(loc))
            drawn = draw(part)
            return drawn + fixed * (part - drawn)

        outputs = []
        recording = tf.GradientTape(persistent=True) if gradients else contextlib.nullcontext()
        with recording as tape:
            with contextlib.ExitStack() as stack:
                for site in self.sites:
                    stack.enter_context(site.choosing(choose, draws))
                if self.output_call is not None:
                    stack.enter_context(watched([self.output_call[0]], self._catching(outputs)))
                elif after is not None:
                    stack.enter_context(watched(self.layers(), after))
                losses, gradient = stack.enter_context(recorded_losses(self.model))
                loss = self.loss_of_step(data, losses)
            rates = tf.add_n([draw.rate for draw in draws])
            mean_rate = tf.reduce_mean(rates)
        flat = [tf.reshape(tf.cast(d.z, tf.float32), [tf.shape(d.z)[0], -1]) for d in draws]
        results = {
            "loss": loss,
            "outputs": outputs[0][: tf.shape(flat[0])[0]] if outputs else None,
            "loc": [d.loc for d in draws],
            "scale": [d.scale for d in draws],
            "z": flat,
            "rate": rates,
        }
        if gradients:
            sources = [source for draw in draws for source in draw.sources]
            zs = [draw.z for draw in draws]
            found = gradient(tape, loss, [*zs, *sources, *outputs[:1], *self.weights])
            average = first_average(outputs[0], loss) if outputs else None
            if average is not None:
                mean, size, over_batch = average
                share = tf.reduce_mean(gradient(tape, loss, mean))
                # A sum over the elements, in its place, would have the share `size`.
                examples = 1 if over_batch else tf.shape(outputs[0])[0]
                results["averaged"] = size / (share * tf.cast(examples, share.dtype))
            results["gradients"] = {
                "z": found[: len(zs)],
                "sources": found[len(zs) : len(zs) + len(sources)],
                "rate_sources": gradient(tape, mean_rate, sources),
                "outputs": found[len(zs) + len(sources) :][: len(outputs[:1])],
                "weights": [_dense(g) for g in found[len(zs) + len(sources) + len(outputs[:1]) :]],
            }
        del tape
        return results, draws

    def loss_of_step(self, data, losses):
        """The loss that a training step would lower, of one run of the model."""
        x, y = data
        if self.own_step:
            self.model.train_step(keras.utils.pack_x_y_sample_weight(x, y))
            scalars = [tf.reduce_sum(loss) for loss in losses if _is_tensor(loss)]
            if not scalars:
                raise ValueError(
                    "the `train_step` of the model differentiates no loss with a "
                    f"`tf.GradientTape`. Received: {type(self.model).__name__}"
                )
            return tf.cast(tf.add_n([tf.cast(s, tf.float32) for s in scalars]), tf.float32)
        outputs = self.model(x, **_accepted(self.model.call, training=False))
        given = {"x": x, "y": y, "y_pred": outputs, "sample_weight": None, "training": False}
        loss = self.model.compute_loss(**_accepted(self.model.compute_loss, **given))
        return tf.cast(loss, tf.float32)

    def layers(self):
        """All layers of the model but those that draw the latent, each once."""
        # The latent layers have a `call` of their own already, and it must be the outer one.
        own = {id(site.layer) for site in self.sites}
        layers = {id(layer): layer for layer in self.model._flatten_layers()}
        # What is called in a loop differs between a graph and an eager pass.
        for layer in list(layers.values()):
            if isinstance(layer, (keras.layers.RNN, keras.layers.Wrapper)):
                own |= {id(part) for part in layer._flatten_layers(include_self=False)}
        return [layer for key, layer in layers.items() if key not in own]

    def _catching(self, outputs):
        layer_of_outputs, number, place = self.output_call
        calls = []

        def after(layer, args, kwargs, result):
            if layer is not layer_of_outputs:
                return result
            calls.append(layer)
            if len(calls) != number:
                return result
            flat = keras.tree.flatten(result)
            # An identity: Keras would else look through a softmax for its logits.
            flat[place] = same(flat[place])
            outputs.append(flat[place])
            return keras.tree.pack_sequence_as(result, flat)

        return after


def _accepted(function, **arguments):
    """Those of the arguments that a function takes."""
    parameters = inspect.signature(function).parameters
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
        return arguments
    return {name: value for name, value in arguments.items() if name in parameters}


def has_own_step(model):
    """Whether a model has a training step of its own."""
    return type(model).train_step is not keras.Model.train_step


def _is_tensor(value):
    return isinstance(value, (tf.Tensor, tf.Variable))


def _dense(gradient):
    if isinstance(gradient, tf.IndexedSlices):
        return tf.convert_to_tensor(gradient)
    return gradient

"""Where a model draws its latent: a layer of ours, or a sampling layer of a stranger's."""

import contextlib

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.diagnostics.examination.draw import (
    Draw,
    FixedNoise,
    gaussian_draw,
    sphere_draw,
)
from keras_vae_collapse.diagnostics.examination.interception import replaced, tensors
from keras_vae_collapse.layers import GaussianLatent, VonMisesFisherLatent
from keras_vae_collapse.losses.kl_per_dimension import kl_per_dimension, sum_over_steps

tfd = tfp.distributions


class OurLatent:
    """A `GaussianLatent`, or a variant of it, whose `z` can be chosen.

    Args:
        layer: the layer.

    Attributes:
        offset: a number that is added to the means of the posterior, 0 at first.
        prior: as the layer had it in the last eager pass, a TFP distribution.
        noise: the `FixedNoise` of its rate term.
        distribution: of posteriors that are no Gaussians, a function of `loc` and `scale`; else
            `None`.
    """

    def __init__(self, layer):
        self.layer, self.offset, self.prior = layer, 0.0, None
        self.noise = FixedNoise()
        self.distribution = getattr(layer, "posterior", None)
        if self.distribution is not None and not self.constant_rate:
            raise ValueError(
                "the posteriors of the latent layer must be Gaussian or von Mises-Fisher. For "
                "another family pass `latent=LatentModel(..., distribution=...)`. Received: "
                f"{type(layer).__name__} {layer.name!r}"
            )

    @property
    def rate_term(self):
        """The rate term of the layer, or `None`."""
        return self.layer.rate_term

    @property
    def constant_rate(self):
        """Whether all posteriors have one rate, by construction."""
        return isinstance(self.layer, VonMisesFisherLatent)

    @property
    def spread(self):
        """Standard deviation of a coordinate under the prior; of unit vectors `1 / sqrt(d)`."""
        return self.layer.latent_dim**-0.5 if self.distribution is not None else 1.0

    @contextlib.contextmanager
    def choosing(self, choose, draws):
        """Within, each draw is `choose(loc, scale, draw)`, and is added to `draws`.

        `draw` is the function from standard normal noise to `z` of the posterior.
        """
        layer, parameters_of = self.layer, self.layer._posterior_parameters
        call, found = self.layer.call, {}

        def parameters(*args, **kwargs):
            loc, scale = parameters_of(*args, **kwargs)
            if "loc" in found:  # posteriors that the prior is made of
                return loc, scale
            loc, scale = loc + self.offset, tf.identity(scale)
            if found:
                found.update(loc=loc, scale=scale, mask=kwargs.get("mask"))
            return loc, scale

        def calling(inputs, *args, return_parameters=False, **kwargs):
            found["called"] = True
            try:
                outputs = call(inputs, *args, return_parameters=return_parameters, **kwargs)
                if return_parameters:
                    return outputs
                prior_inputs = kwargs.get("prior_inputs", args[0] if args else None)
                draws.append(self._draw(found, prior_inputs, choose, outputs.dtype))
            finally:
                found.clear()
            draws[-1].inputs = tensors(inputs)
            return draws[-1].z

        with (
            self.noise.of(self.rate_term),
            replaced(layer, call=calling, _posterior_parameters=parameters),
        ):
            yield

    def _draw(self, found, prior_inputs, choose, dtype):
        loc, scale = found["loc"], found["scale"]
        if self.distribution is not None and loc.shape.rank != 2:
            raise ValueError(
                f"a {type(self.layer).__name__} can be looked into where it gives one vector for "
                f"each example. Received: z of shape {tuple(loc.shape)}. For another model pass "
                "`latent=LatentModel(...)`"
            )
        posterior, prior = self.layer._distributions(loc, scale, prior_inputs)
        if tf.executing_eagerly():
            self.prior = prior
        samples = getattr(self.rate_term, "num_samples", 1)
        kl = kl_per_dimension(posterior, prior, self.noise.seed, samples)
        rate = tf.reduce_sum(sum_over_steps(kl, found["mask"]), axis=-1)
        if self.constant_rate:
            draw = sphere_draw(loc, self.layer.concentration)
        else:
            draw = gaussian_draw(loc, scale)
        z = tf.cast(choose(loc, scale, draw), dtype)
        return Draw([loc, scale], loc, scale, rate, z, [])

    def prior_sample(self, shape, seed):
        """A draw from the prior for each example, float32; the standard normal if it has none."""
        prior = self.layer.prior
        if prior is not None:
            with contextlib.suppress(TypeError, ValueError):
                sample = prior.distribution().sample(shape[:-1], seed=seed).numpy()
                if sample.shape == tuple(shape):
                    return sample
        return np.random.default_rng(seed).standard_normal(shape).astype("float32")


class SamplingLayer:
    """A stranger's layer from a mean and a spread to a random `z` of the same shape.

    Args:
        layer: the layer.
        mean: which of its input tensors is the mean, 0 or 1.
        scale_of: function from the other to the standard deviation.
    """

    rate_term = distribution = prior = noise = None
    constant_rate, spread = False, 1.0

    def __init__(self, layer, mean, scale_of):
        self.layer, self.mean, self.scale_of = layer, mean, scale_of

    @contextlib.contextmanager
    def choosing(self, choose, draws):
        """Within, each draw is `choose(loc, scale, draw)`, and is added to `draws`."""
        call = self.layer.call

        def calling(*args, **kwargs):
            outputs = call(*args, **kwargs)
            given = tensors((args, kwargs))
            loc, scale = given[self.mean], self.scale_of(given[1 - self.mean])
            posterior = tfd.Normal(tf.cast(loc, tf.float32), tf.cast(scale, tf.float32))
            kl = tfd.kl_divergence(posterior, tfd.Normal(0.0, 1.0))
            rate = tf.reduce_sum(kl, axis=list(range(1, kl.shape.rank)))
            drawn = gaussian_draw(posterior.loc, posterior.scale)
            z = tf.cast(choose(posterior.loc, posterior.scale, drawn), outputs.dtype)
            draws.append(Draw(given[:2], posterior.loc, posterior.scale, rate, z, given))
            return z

        with replaced(self.layer, call=calling):
            yield

    def prior_sample(self, shape, seed):
        """A draw from the standard normal, float32."""
        return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def our_latents(model):
    """An `OurLatent` for each latent layer of this package in a model."""
    return [OurLatent(la) for la in model._flatten_layers() if isinstance(la, GaussianLatent)]


_SCALES: tuple = (
    lambda s: tf.exp(0.5 * s),
    tf.exp,
    lambda s: s,
    tf.math.softplus,
    lambda s: tf.sqrt(tf.abs(s)),
)


def sampling_layer(layer, args, kwargs, outputs):
    """A `SamplingLayer` if a call looks like one, else `None`: found out by drawing.

    It has two float inputs of the shape of its one output; the output for the same inputs is
    random, with the one input as its mean and a function of the other as its deviation.
    """
    given, out = tensors((args, kwargs)), tensors(outputs)
    if len(given) != 2 or len(out) != 1:
        return None
    shapes = {tuple(part.shape) for part in (*given, *out)}
    if len(shapes) != 1 or any(not part.dtype.is_floating for part in (*given, *out)):
        return None
    for mean in (0, 1):
        scale_of = _scale_function(layer, args, kwargs, given, mean)
        if scale_of is not None:
            return SamplingLayer(layer, mean, scale_of)
    return None


def _scale_function(layer, args, kwargs, given, mean):
    # Rows enough that an empirical deviation is right within a few hundredths.
    copies = max(1, -(-2000 // int(np.prod(given[0].shape))))

    def drawn(mean_value, spread):
        values = [spread, spread]
        values[mean] = mean_value
        filled = iter([tf.fill(given[0].shape, tf.cast(v, given[0].dtype)) for v in values])
        like = keras.tree.map_structure(
            lambda part: next(filled) if any(part is g for g in given) else part, (args, kwargs)
        )
        # That of its class: the layer's own is being watched.
        call = type(layer).call
        draws = [np.asarray(call(layer, *like[0], **like[1]), np.float64) for _ in range(copies)]
        return np.stack(draws)

    try:
        low, high = drawn(3.0, 0.25), drawn(3.0, 1.0)
    except Exception:  # a stranger's layer may refuse what it never sees
        return None
    deviations = float(low.std()), float(high.std())
    if not deviations[0] > 0 or abs(high.mean() - 3.0) > 0.3:
        return None
    for scale_of in _SCALES:
        expected = [float(scale_of(tf.constant(value))) for value in (0.25, 1.0)]
        if np.allclose(deviations, expected, rtol=0.1):
            return scale_of
    return None

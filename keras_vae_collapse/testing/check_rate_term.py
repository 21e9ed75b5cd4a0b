"""The facts that hold for every rate term."""

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.core.replicas import mirrored_strategy
from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.testing.facts import (
    check_facts,
    dtype_policy,
    require,
    require_close,
    require_finite_float32_losses,
    same_configuration,
    saved_and_loaded,
)

tfd = tfp.distributions
_BATCH = 16


def check_rate_term(make, latent_dim=4, strategy=None):
    """Checks that a rate term of your own does what the ones of this package do.

    - its configuration round trip gives an equal term;
    - its value is a finite float32 scalar, the mean over the batch: a batch repeated twice has
      the value of the batch, and examples of `sample_weight` 0 do not count;
    - a gradient reaches the parameters of the posterior;
    - compiled into a graph it has the same values and the same state;
    - `fit` logs `rate` and `penalty`, in training and in validation;
    - state moves once in each training call, and not in evaluation;
    - a `.keras` file gives back value and state;
    - under mixed precision the value stays float32 and finite;
    - on two replicas it trains as on one.

    Args:
        make: a class, or any function, that makes a new term when called without arguments.
        latent_dim: dimensions of the latents it is called with, a positive integer.
        strategy: a `tf.distribute` strategy with two replicas; pass it if the process has one
            already, since TensorFlow confuses two over the same devices. By default a
            `MirroredStrategy` over the first two logical devices; with a single device replicas
            are not checked.

    Raises:
        AssertionError: says which fact does not hold, and what was found instead.

    Example:

    ```python
    import keras
    from keras_vae_collapse.losses import RateTerm
    from keras_vae_collapse.testing import check_rate_term

    @keras.saving.register_keras_serializable(package="mine")
    class SquaredRate(RateTerm):
        def penalty(self, kl, mean, training):
            return mean(keras.ops.sum(kl, axis=-1)) ** 2

    check_rate_term(SquaredRate)
    ```
    """
    check_facts(_FACTS, make, latent_dim, strategy or _two_replicas())


def _two_replicas():
    for kind in ("GPU", "CPU"):
        if len(tf.config.list_logical_devices(kind)) > 1:
            return mirrored_strategy((f"{kind}:0", f"{kind}:1"))
    return None


def _posterior(latent_dim, size=_BATCH, spread=1.0):
    rng = np.random.default_rng(0)
    loc = spread * rng.normal(size=(size, latent_dim))
    scale = rng.uniform(0.2, 2.0, size=(size, latent_dim))
    return tf.constant(loc, tf.float32), tf.constant(scale, tf.float32)


def _call(term, loc, scale, **options):
    return term(posterior=tfd.Normal(loc, scale), prior=_prior(loc), **options)


def _prior(loc):
    zeros = tf.zeros(loc.shape[-1:], loc.dtype)
    return tfd.Normal(zeros, tf.ones_like(zeros))


def _trained(make, latent_dim):
    """A term after two training calls, so that a schedule has left its start."""
    term = make()
    for _ in range(2):
        _call(term, *_posterior(latent_dim), training=True)
    return term


def _model(make, latent_dim):
    """`(model, latent layer, term)`: a model of one latent layer, whose loss is the term."""
    term = make()
    x = keras.Input((6,))
    latent = GaussianLatent(latent_dim, rate_term=term, initial_scale=0.5, seed=1)
    return keras.Model(x, latent(x)), latent, term


def _inputs(size):
    # The second half is larger than the first, so that two replicas see different rates.
    x = np.random.default_rng(0).normal(size=(size, 6)).astype("float32")
    x[size // 2 :] *= 1.7
    return x


def _values(term):
    return {weight.name: keras.ops.convert_to_numpy(weight) for weight in term.weights}


def _require_same_state(found, expected, what, rtol=1e-5):
    for name, value in _values(expected).items():
        require_close(_values(found)[name], value, f"The weight {name!r} {what}", rtol)


def is_a_finite_scalar(make, latent_dim, strategy):
    """The value is a finite float32 scalar."""
    for training in (False, True):
        value = _call(make(), *_posterior(latent_dim), training=training)
        require(
            value.dtype == tf.float32 and value.shape == () and np.isfinite(value),
            f"Received: {value!r}",
        )


def is_a_mean(make, latent_dim, strategy):
    """The value is a mean over the batch: repeating every example changes nothing."""
    loc, scale = _posterior(latent_dim)
    term = _trained(make, latent_dim)
    doubled = _call(term, tf.tile(loc, [2, 1]), tf.tile(scale, [2, 1]), training=False)
    require_close(doubled, _call(term, loc, scale, training=False), "The value of twice the batch")


def ignores_examples_of_weight_zero(make, latent_dim, strategy):
    """Examples of `sample_weight` 0 do not count."""
    loc, scale = _posterior(latent_dim)
    term = _trained(make, latent_dim)
    padded = tf.concat([loc, loc + 9.0], 0), tf.concat([scale, scale], 0)
    weight = tf.repeat([1.0, 0.0], _BATCH)
    value = _call(term, *padded, training=False, sample_weight=weight)
    require_close(value, _call(term, loc, scale, training=False), "The value with padding")


def has_a_gradient(make, latent_dim, strategy):
    """A finite gradient reaches the parameters of the posterior, zero at most at some rates."""
    sizes = []
    for spread in (0.1, 1.0, 10.0):
        loc, scale = _posterior(latent_dim, spread=spread)
        term = _trained(make, latent_dim)
        with tf.GradientTape() as tape:
            tape.watch([loc, scale])
            value = _call(term, loc, scale, training=True)
        gradients = tape.gradient(value, [loc, scale])
        require(all(g is not None for g in gradients), "Received no gradient at all.")
        sizes.append(max(float(tf.reduce_max(tf.abs(gradient))) for gradient in gradients))
    require(np.isfinite(sizes).all() and max(sizes) > 0.0, f"Received gradients of size {sizes}")


def agrees_with_its_graph(make, latent_dim, strategy):
    """Compiled into a graph it gives the values, and moves the state, of eager calls."""
    eager, compiled = make(), make()
    loc, scale = _posterior(latent_dim)
    graph = tf.function(lambda loc, scale: _call(compiled, loc, scale, training=True))
    for _ in range(3):
        expected = _call(eager, loc, scale, training=True)
        require_close(graph(loc, scale), expected, "The value")
    _require_same_state(compiled, eager, "after three calls")


def logs_rate_and_penalty(make, latent_dim, strategy):
    """`fit` logs `rate` and `penalty`, in training and in validation."""
    model, _, _ = _model(make, latent_dim)
    model.compile("sgd")
    x = _inputs(_BATCH)
    logs = model.fit(x, validation_data=(x,), verbose=0).history.keys()
    missing = {"rate", "penalty", "val_rate", "val_penalty"} - logs
    require(not missing, f"Missing: {sorted(missing)}")


def moves_state_in_training_only(make, latent_dim, strategy):
    """State moves in training only: evaluation leaves every weight as it is."""
    term = _trained(make, latent_dim)
    before = _values(term)
    for training in (None, False):
        _call(term, *_posterior(latent_dim), training=training)
    for name, value in _values(term).items():
        require_close(value, before[name], f"The weight {name!r} after evaluation", 0.0, 0.0)


def moves_state_once(make, latent_dim, strategy):
    """State moves once in each step of `fit`."""
    model, latent, term = _model(make, latent_dim)
    model.compile(keras.optimizers.SGD(0.0))
    x = _inputs(_BATCH)
    model.fit(np.tile(x, (3, 1)), batch_size=_BATCH, shuffle=False, verbose=0)
    called = make()
    for _ in range(3):
        _call(called, *latent.parameters(x), training=True)
    _require_same_state(term, called, "after three steps")


def comes_back_from_a_file(make, latent_dim, strategy):
    """A `.keras` file gives back the value and the state."""
    model, _, term = _model(make, latent_dim)
    model.compile(keras.optimizers.SGD(0.01))
    x = _inputs(_BATCH)
    model.fit(np.tile(x, (3, 1)), batch_size=_BATCH, verbose=0)
    loaded = saved_and_loaded(model)
    for one in (model, loaded):
        one(x, training=False)
    require_close(sum(loaded.losses), sum(model.losses), "The value")
    again = next(layer.rate_term for layer in loaded.layers if isinstance(layer, GaussianLatent))
    _require_same_state(again, term, "of the loaded term")


def stays_float32(make, latent_dim, strategy):
    """Under mixed precision the value stays float32 and finite."""
    for policy in ("mixed_float16", "mixed_bfloat16"):
        with dtype_policy(policy):
            model, _, term = _model(make, latent_dim)
            model(_inputs(_BATCH), training=True)
            require_finite_float32_losses(model)
            half = [tf.cast(part, policy.removeprefix("mixed_")) for part in _posterior(latent_dim)]
            value = _call(term, *half, training=True)
            require(value.dtype == tf.float32 and np.isfinite(value), f"Received: {value!r}")


def trains_on_two_replicas_as_on_one(make, latent_dim, strategy):
    """Two replicas train as one device does, also where a batch leaves one without examples."""
    if strategy is None:
        return
    # The last batch is a single example.
    data = tf.data.Dataset.from_tensor_slices(_inputs(5 * _BATCH + 1)).batch(_BATCH)
    models, logs, start = [], [], None
    for scope in (tf.distribute.get_strategy(), strategy):
        with scope.scope():
            model, _, term = _model(make, latent_dim)
            model.compile(keras.optimizers.SGD(0.01))
        start = start or model.get_weights()
        model.set_weights(start)
        logs.append(model.fit(data, verbose=0).history)
        models.append(model)
    for name, value in logs[0].items():
        require_close(logs[1][name], value, f"The figure {name!r}", 1e-5, 1e-6)
    for one, two in zip(*(model.weights for model in models), strict=True):
        require_close(two, one, f"The weight {one.path!r} of two replicas", 1e-4, 1e-6)


_FACTS = (
    same_configuration,
    is_a_finite_scalar,
    is_a_mean,
    ignores_examples_of_weight_zero,
    has_a_gradient,
    agrees_with_its_graph,
    logs_rate_and_penalty,
    moves_state_in_training_only,
    moves_state_once,
    comes_back_from_a_file,
    stays_float32,
    trains_on_two_replicas_as_on_one,
)

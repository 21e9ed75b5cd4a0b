"""Why a latent-variable model collapsed."""

import keras
import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.diagnostics.conclusions import of_callables, of_model
from keras_vae_collapse.diagnostics.examination.interception import recorded_losses
from keras_vae_collapse.diagnostics.examination.measuring import (
    ROWS_OF_FIGURE,
    ROWS_OF_PASS,
    measure,
)
from keras_vae_collapse.diagnostics.examination.passes import Passes, has_own_step
from keras_vae_collapse.diagnostics.examination.survey import find_sites
from keras_vae_collapse.diagnostics.examination.unchanged import unchanged


def explain(model, x, y=None, latent=None, seed: int = 0):
    """Says why the latent of a compiled Keras model is not used, with figures and remedies.

    Args:
        model: a compiled Keras model with a latent layer of this package anywhere in it, with an
            `ImportanceWeightedBound` that it asks for its bound, or with a sampling layer of your
            own (from a mean and a spread to a random `z`); `None` with `latent` alone.
        x: inputs, as `fit` takes them: an array, or a list, tuple or dictionary of arrays.
        y: targets; `None` for those of `fit(x, x)`, or of `fit(x)` where the model has a
            `train_step` of its own.
        latent: a `LatentModel`, for a model whose latent cannot be found in it.
        seed: of all noise, a non-negative integer.

    Returns:
        An `Explanation`, whose `causes` are empty for a healthy model.

    Raises:
        ValueError: the model is not compiled, it has no latent that can be found, its posteriors
            are of a family other than Gaussian and von Mises-Fisher, or there are fewer than two
            rows.

    Example:

    ```python
    import keras
    import numpy as np
    from keras_vae_collapse.diagnostics import explain
    from keras_vae_collapse.layers import GaussianLatent
    from keras_vae_collapse.losses import KLDivergence

    x = np.random.default_rng(0).integers(2, size=(256, 16)).astype("float32")
    inputs = keras.Input((16,))
    z = GaussianLatent(2, rate_term=KLDivergence())(keras.layers.Dense(8)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(16, activation="sigmoid")(z))
    model.compile("adam", "binary_crossentropy")  # which averages over the 16 elements
    model.fit(x, x, epochs=2, verbose=0)
    assert explain(model, x).causes[0].name == "distortion_averaged"
    ```
    """
    check_integer("seed", seed, low=0)
    if model is None:
        return of_callables(latent, seed)
    _check(model, x)
    rows = len(keras.tree.flatten(x)[0])
    size = min(ROWS_OF_PASS, rows)
    count = min(ROWS_OF_FIGURE, rows) // size * size
    chosen = np.sort(np.random.default_rng(seed).permutation(rows)[:count])
    with unchanged(model):
        data = _data(model, x, y, chosen[:size])
        try:
            passes = Passes(model, data, find_sites(model, data, chosen[:size]))
            found = measure(passes, chosen, seed)
        except ValueError:
            if latent is None:
                raise
            return of_callables(latent, seed, model, data)
        return of_model(found, passes, chosen, seed)


def _check(model, x):
    if not isinstance(model, keras.Model) or not model.compiled:
        raise ValueError(
            "`model` must be a compiled Keras model: call model.compile(...) first, so that its "
            f"loss is known. Received: {model!r}"
        )
    arrays = keras.tree.flatten(x)
    if not arrays or any(np.ndim(a) == 0 for a in arrays) or len(arrays[0]) < 2:
        raise ValueError(
            "`x` must hold at least two examples along its first axis. Received shapes: "
            f"{[np.shape(a) for a in arrays]}"
        )


def _data(model, x, y, rows):
    """`(x, y)` as `fit` would have them; `y` is `None` for a `train_step` that takes `x` alone."""
    if y is not None or not has_own_step(model):
        return x, x if y is None else y
    passes = Passes(model, (x, None), [])
    try:
        with recorded_losses(model) as (losses, _):
            passes.loss_of_step(passes.rows(rows), losses)
    except (TypeError, ValueError, AttributeError, tf.errors.InvalidArgumentError):
        return x, x
    return x, None

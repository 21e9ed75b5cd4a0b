"""Facts, and the sentences that say which of them does not hold."""

import contextlib
import pathlib
import tempfile

import keras
import numpy as np


def check_facts(facts, make, *arguments):
    """Calls `fact(make, *arguments)` one after the other.

    Raises:
        AssertionError: at the first fact that raises anything; the message is the name of the
            class, the docstring of the fact, and what was found instead.
    """
    for fact in facts:
        try:
            fact(make, *arguments)
        except Exception as error:
            name = getattr(make, "__name__", "")
            with contextlib.suppress(Exception):
                name = type(make()).__name__
            raise AssertionError(f"{name}: {fact.__doc__} {error}") from error


def require(holds, message):
    """Raises `AssertionError` with the message unless the condition holds."""
    if not holds:
        raise AssertionError(message)


def require_close(found, expected, what, rtol=1e-5, atol=1e-6):
    """Requires two arrays to be of one shape and equal up to rounding."""
    found, expected = (np.float64(keras.ops.convert_to_numpy(value)) for value in (found, expected))
    require(
        found.shape == expected.shape,
        f"{what}: expected shape {expected.shape}. Received: shape={found.shape}",
    )
    if not np.allclose(found, expected, rtol, atol):
        worst = np.unravel_index(np.argmax(np.abs(found - expected)), found.shape)
        raise AssertionError(f"{what}: expected {expected[worst]}. Received: {found[worst]}")


def same_configuration(make, *_):
    """`get_config` and `from_config` give back an equal object."""
    part = make()
    saved = keras.saving.serialize_keras_object(part)
    again = keras.saving.deserialize_keras_object(saved)
    require(
        type(again) is type(part),
        f"Expected an object of {type(part).__name__}; register the class with "
        f"`keras.saving.register_keras_serializable`. Received: {type(again).__name__}",
    )
    config, copy = saved["config"], keras.saving.serialize_keras_object(again)["config"]
    require(copy == config, f"Expected the configuration {config}. Received: {copy}")


@contextlib.contextmanager
def dtype_policy(name):
    """Within the block Keras makes layers of this precision."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def saved_and_loaded(model):
    """The model, written to a `.keras` file and read again."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.keras"
        model.save(path)
        return keras.saving.load_model(path)


def require_finite_float32_losses(model):
    """Requires every added loss of the last call to be a finite float32 scalar."""
    for loss in model.losses:
        dtype = keras.backend.standardize_dtype(loss.dtype)
        require(
            dtype == "float32" and np.ndim(loss) == 0 and np.isfinite(loss),
            f"Expected losses that are finite float32 scalars. Received: {loss}",
        )

"""A part of two layers stays one part in a file, and copies of the layers say that it does not."""

import warnings

import keras
import pytest

from keras_vae_collapse.layers import GaussianLatent, MixturePrior
from keras_vae_collapse.losses import MDRConstraint


def two_latents(first, second):
    """A functional model of two latents, `a` and `b`, with these parts."""
    inputs = keras.Input((2,))
    z = GaussianLatent(2, **first, name="a")(inputs)
    return keras.Model(inputs, GaussianLatent(2, **second, name="b")(z))


def parts(model, option):
    return [getattr(model.get_layer(name), option) for name in ("a", "b")]


@pytest.mark.parametrize(
    ("option", "make"),
    [("rate_term", lambda: MDRConstraint(1.0)), ("prior", lambda: MixturePrior(3, 2))],
)
def test_a_clone_says_that_its_parts_are_not_shared_and_a_file_keeps_them_shared(
    option, make, tmp_path
):
    part = {option: make()}
    model = two_latents(part, part)
    with pytest.warns(UserWarning, match=f"`{option}` of GaussianLatent 'a' was shared .*load_mod"):
        clone = keras.models.clone_model(model)
    first, second = parts(clone, option)
    assert first is not second
    model.save(tmp_path / "model.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        loaded = keras.models.load_model(tmp_path / "model.keras")
    first, second = parts(loaded, option)
    assert first is second


def test_a_clone_of_latents_with_parts_of_their_own_is_silent():
    model = two_latents({"rate_term": MDRConstraint(1.0)}, {"rate_term": MDRConstraint(1.0)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        keras.models.clone_model(model)

"""Parts of a recipe, as configurations."""

import keras
import pytest

from keras_vae_collapse import layers, losses
from keras_vae_collapse.core.errors import RecipeError, did_you_mean
from keras_vae_collapse.core.parts import complete_part, find_class, make_part, options_of


@keras.saving.register_keras_serializable(package="one")
class MyLayer(keras.layers.Layer):
    def __init__(self, factor, units=3, **kwargs):
        super().__init__(**kwargs)
        if factor < 0:
            raise ValueError("too small")
        self.factor, self.units = factor, units


for _package in ("one", "two"):
    keras.saving.register_keras_serializable(package=_package, name="Twice")(
        type("Twice", (keras.layers.Layer,), {})
    )


def test_shared_arguments_reach_the_parts_within_a_part():
    config = {"class": "GaussianLatent", "prior": {"class": "MixturePrior", "components": 2}}
    complete = complete_part("latent", config, ("layers",), {"latent_dim": 3})
    assert complete["latent_dim"] == complete["prior"]["latent_dim"] == 3


def test_a_class_is_ours_or_registered_by_one_name():
    assert find_class("GaussianLatent", ("losses", "layers")) is layers.GaussianLatent
    assert find_class("MyLayer", ()) is find_class("one>MyLayer", ("losses",)) is MyLayer
    assert find_class("two>Twice", ()).__name__ == "Twice"


@pytest.mark.parametrize(
    "name", ["Twice", "GaussianLatent", "keras_vae_collapse>GaussianLatent", "Layer", ["x"], 3]
)
def test_no_other_class_is_found(name):
    with pytest.raises(RecipeError) as caught:
        find_class(name, ("losses",), "rate_term")
    message = str(caught.value)
    assert message.startswith("`rate_term.class` must be one of ControlVAEKL, FreeBitsKL, GECO, ")
    assert f", or a class registered with Keras. Received: rate_term.class={name!r}." in message


def test_the_nearest_name_is_suggested_if_there_is_one():
    with pytest.raises(RecipeError, match=r"class='KLDivergenc'\. Did you mean 'KLDivergence'\?$"):
        find_class("KLDivergenc", ("losses",))
    assert did_you_mean("rates", ["rate", "rates_of", "x"]) in (
        " Did you mean 'rate'?", " Did you mean 'rates_of'?",
    )  # fmt: skip
    assert did_you_mean("zzz", ["rate"]) == did_you_mean(None, []) == ""


def test_options_are_those_of_a_class_and_of_what_it_hands_them_on_to():
    found = options_of(MyLayer)
    assert found[:2] == ["factor", "units"] and {"name", "dtype", "trainable"} < set(found)
    assert not {"self", "kwargs", "args"} & set(found)
    assert options_of(type("Closed", (), {"__init__": lambda self, a, *, b=1: None})) == ["a", "b"]


def test_a_part_has_its_own_options_before_shared_ones_and_only_those_it_takes():
    shared = {"units": 5, "factor": 7, "latent_dim": 9}
    found = complete_part("x", {"class": "MyLayer", "factor": 1}, (), shared)
    assert found == {"class": "MyLayer", "units": 5, "factor": 1}
    assert complete_part("x", {"class": "MyLayer", "name": "n"}, ())["name"] == "n"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("MyLayer", "`x` must be None or a part, {'class': NAME, option: value}. Received: x='M"),
        ({"factor": 1}, "`x` must be None or a part, .*Received: x={'factor': 1}"),
        (
            {"class": "MyLayer", "factr": 1},
            r"`x` has no option 'factr'. MyLayer takes: factor\. Did you mean 'factor'\?$",
        ),
        ({"class": "MyLayer", "units": 1}, "`x` has no option 'units'. MyLayer takes: factor.$"),
        (
            {"class": "MyLayer", "factor": {"class": "KLDivergence", "size": 1}},
            "`x.factor` has no option 'size'",
        ),
    ],
)
def test_what_is_no_part_or_option_is_named(config, message):
    with pytest.raises(RecipeError, match=message):
        complete_part("x", config, (), fixed=("units",))


def test_a_part_is_made_with_the_parts_within_it_and_what_is_fixed():
    config = {"class": "MyLayer", "factor": 0.5, "units": {"class": "KLDivergence", "weight": 0.25}}
    made = make_part("x", config, (), {"trainable": False}, name="given")
    assert type(made) is MyLayer and (made.factor, made.name) == (0.5, "given")
    assert type(made.units) is losses.KLDivergence and made.units.weight == 0.25
    assert made.trainable is made.units.trainable is False
    assert make_part("x", None, ()) is None


@pytest.mark.parametrize(("factor", "said"), [({"factor": -1}, "too small"), ({}, "factor")])
def test_what_a_class_refuses_is_said_of_the_field(factor, said):
    with pytest.raises(RecipeError, match=f"^`x`: .*{said}"):
        make_part("x", {"class": "MyLayer", **factor}, ())

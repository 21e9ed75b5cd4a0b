import importlib

import pytest
from public_signatures import signature_of

from keras_vae_collapse.core.part_source import LAYER_OPTIONS, part_source
from keras_vae_collapse.core.parts import options_of
from keras_vae_collapse.core.registration import PACKAGE
from keras_vae_collapse.training.recipe_check import ROLES

CLASSES = {(package, name) for package, names in ROLES.values() for name in names}


def the_class(package, name):
    return getattr(importlib.import_module(f"{PACKAGE}.{package}"), name)


@pytest.mark.parametrize(("package", "name"), sorted(CLASSES))
def test_the_source_of_a_class_shows_the_options_that_the_class_takes(package, name):
    source = part_source(package, name)
    options = {*source.options, *(LAYER_OPTIONS if source.open else ())}
    assert options == set(options_of(the_class(package, name)))


@pytest.mark.parametrize(("package", "name"), sorted(CLASSES))
def test_the_source_of_a_class_shows_which_options_have_a_default(package, name):
    source = part_source(package, name)
    taken = signature_of(the_class(package, name)).parameters
    known = {n: p.default is not p.empty for n, p in taken.items() if n in source.options}
    assert known and known.items() <= source.options.items()


@pytest.mark.parametrize(
    ("package", "name", "option", "wrong", "right"),
    [
        ("losses", "MDRConstraint", "rate_nats", 0, 3),
        ("losses", "KLDivergence", "weight", -1, 0.5),
        ("losses", "FreeBitsKL", "average", "word", "batch"),
        ("losses", "FreeBitsKL", "over", "word", 4),
        ("losses", "FreeBitsKL", "over", 0, "mean"),
        ("losses", "FreeBitsKL", "dtype", "float16", "float32"),  # of its base class
        ("losses", "ControlVAEKL", "num_samples", 0, 1),  # of its base class
        ("layers", "CharDropout", "rate", 1.5, 1.0),  # of a descriptor
        ("layers", "EmbeddingDropout", "rate", 1.0, 0.5),  # by a function of the module
        ("layers", "GaussianLatent", "initial_scale", 0, 1.0),  # by a constant of another module
        ("layers", "BagOfCharsHead", "distribution", "magic", "poisson"),  # by the keys of a table
        ("schedules", "CyclicalAnnealing", "ratio", 2, 1),
        ("callbacks", "EncoderPretraining", "epochs", 1.5, 2),
    ],
)
def test_the_source_shows_the_range_of_an_option(package, name, option, wrong, right):
    found = [check for argument, check in part_source(package, name).checks if argument == option]
    assert found
    with pytest.raises(ValueError, match="must be"):
        for check in found:
            check(option, wrong)
    for check in found:
        check(option, right)


def test_the_source_of_a_function_shows_its_arguments():
    source = part_source("metrics", "active_units")
    taken = signature_of(the_class("metrics", "active_units")).parameters
    assert source.options == {n: p.default is not p.empty for n, p in taken.items()}
    assert not source.open
    with pytest.raises(LookupError, match="keras_vae_collapse.metrics has no no_such_name"):
        part_source("metrics", "no_such_name")

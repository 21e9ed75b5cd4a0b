"""Models with a planted cause: `explain` names it first, and calls no healthy model sick."""

import keras
import pytest
import remedied
import strangers
from patients import HEALTHY, SICK

from keras_vae_collapse.diagnostics import explain

# Of each kind of data one, and those that train in about a second.
QUICK = ("image_stopped", "image_mean", "series_no_rate")


def first_cause(make, seed):
    keras.utils.set_random_seed(seed)
    patient = make()
    causes = explain(patient.model, patient.x, patient.y, seed=seed).causes
    return causes[0].name if causes else None


@pytest.mark.parametrize("name", QUICK)
def test_the_planted_cause_is_named_first(name):
    make, planted = SICK[name]
    assert first_cause(make, seed=0) == planted


# Of each cause the last model; `benchmarks/clinic.py` takes them all, with three seeds.
OF_EACH_CAUSE = {planted: name for name, (_, planted) in SICK.items() if name not in QUICK}


@pytest.mark.slow
@pytest.mark.parametrize("planted", OF_EACH_CAUSE)
def test_each_cause_is_named_first_where_it_was_planted(planted):
    make, _ = SICK[OF_EACH_CAUSE[planted]]
    assert first_cause(make, seed=0) == planted


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("name", HEALTHY)
def test_no_healthy_model_is_called_sick(name):
    assert first_cause(HEALTHY[name], seed=0) is None


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("name", [*remedied.SICK, *strangers.SICK])
def test_causes_are_named_beside_later_remedies_and_in_the_models_of_strangers(name):
    make, planted = {**remedied.SICK, **strangers.SICK}[name]
    assert first_cause(make, seed=0) == planted


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("name", remedied.HEALTHY)
def test_no_later_remedy_is_called_sick(name):
    assert first_cause(remedied.HEALTHY[name], seed=0) is None

"""Options of rate terms that a callback assigns between epochs."""

import keras
import numpy as np
import pytest
from rate_term_cases import normal, standard_normal

from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import (
    ControlVAEKL,
    FreeBitsKL,
    KLDivergence,
    MDRConstraint,
    SoftFreeBitsKL,
    TargetRate,
)
from keras_vae_collapse.schedules import LinearAnnealing

X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
TERMS = [
    (lambda: KLDivergence(1.0), {"weight": 0.25}),
    (lambda: KLDivergence(LinearAnnealing(0.3)), {"weight": 0.25}),
    (lambda: FreeBitsKL(0.0), {"free_nats": 3.0}),
    (lambda: FreeBitsKL(0.0, over="mean"), {"free_nats": 3.0}),
    (lambda: MDRConstraint(9.0), {"rate_nats": 2.0}),
    (lambda: TargetRate(1.0), {"rate_nats": 5.0, "weight": 2.0}),
    (lambda: SoftFreeBitsKL(1.0), {"rate_nats": 50.0, "tolerance": 0.5, "step": 0.3}),
    (lambda: ControlVAEKL(1.0), {"rate_nats": 3.0, "proportional": 0.5, "min_weight": 0.3}),
    (lambda: ControlVAEKL(1.0), {"max_weight": 0.001, "integral": 0.5}),
]


@pytest.mark.parametrize("make, options", TERMS)
def test_a_traced_step_sees_what_is_assigned(make, options):
    inputs, term = keras.Input((4,)), make()
    model = keras.Model(inputs, GaussianLatent(2, rate_term=term, initial_scale=0.1)(inputs))
    model.compile(keras.optimizers.SGD(0.0))
    model.evaluate(X, verbose=0)
    for name, value in options.items():
        setattr(term, name, value)
        assert getattr(term, name) == term.get_config()[name] == value
    found = model.evaluate(X, verbose=0, return_dict=True)["loss"]
    fresh = type(term).from_config(term.get_config())
    loc, scale = model.layers[1].parameters(X)
    expected = fresh(posterior=normal(0.0, 1.0).copy(loc=loc, scale=scale), prior=standard_normal())
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize(
    "make, name, value, error",
    [
        (lambda: KLDivergence(), "weight", -1.0, ValueError),
        (lambda: KLDivergence(), "weight", "linear", ValueError),
        (lambda: FreeBitsKL(1.0), "over", "total", AttributeError),
        (lambda: MDRConstraint(1.0), "initial_multiplier", 2.0, AttributeError),
        (lambda: MDRConstraint(1.0), "multiplier_step", 2.0, AttributeError),
        (lambda: KLDivergence(), "num_samples", 4, AttributeError),
        (lambda: SoftFreeBitsKL(1.0), "step", 1.0, ValueError),
    ],
)
def test_what_cannot_be_assigned_is_refused_and_kept(make, name, value, error):
    term = make()
    before = getattr(term, name)
    with pytest.raises(error, match=f"`{name}`"):
        setattr(term, name, value)
    assert getattr(term, name) == before


def test_a_schedule_is_refused_once_a_step_is_traced():
    inputs, term = keras.Input((4,)), KLDivergence()
    term.weight = LinearAnnealing(0.5)  # nothing traced yet
    model = keras.Model(inputs, GaussianLatent(2, rate_term=term)(inputs))
    model.compile("sgd")
    model.fit(X, batch_size=4, verbose=0)
    with pytest.raises(AttributeError, match="another schedule only before"):
        term.weight = LinearAnnealing(0.1)


def test_a_pretraining_term_costs_nothing_and_keeps_its_state():
    term = SoftFreeBitsKL(50.0)
    q = normal([[3.0]], [[0.1]])
    term.pretraining = True
    assert term(posterior=q, prior=standard_normal(), training=True) == 0.0
    assert float(term.gamma) == 1.0 and term.trackers["rate"].result() > 1.0
    term.pretraining = False
    assert term(posterior=q, prior=standard_normal(), training=True) > 1.0
    assert float(term.gamma) < 1.0

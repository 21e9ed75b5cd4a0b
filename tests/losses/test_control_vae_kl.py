import numpy as np
import pytest
from rate_term_cases import normal, standard_normal

from keras_vae_collapse.losses import ControlVAEKL


def beta(term, rate, training=True):
    loc = np.full((4, 1), np.sqrt(2.0 * rate))
    value = term(posterior=normal(loc, 1.0), prior=standard_normal(), training=training)
    return float(value) / rate


def test_follows_the_equation_while_the_weight_is_within_its_bounds():
    Kp, Ki, r = 0.3, 0.002, 5.0
    rates = [6.0, 8.0, 7.0, 5.5, 4.8, 5.1]
    term = ControlVAEKL(r, Kp, Ki, min_weight=0.1, max_weight=2.0)
    total = 0.0
    for rate in rates:
        e = r - rate
        total += e
        expected = Kp / (1.0 + np.exp(e)) - Ki * total + 0.1
        np.testing.assert_allclose(beta(term, rate), expected, rtol=1e-4)


def test_the_weight_stays_within_its_bounds():
    term = ControlVAEKL(5.0, 0.3, 0.05, min_weight=0.1, max_weight=0.9)
    assert max(beta(term, 50.0) for _ in range(20)) == pytest.approx(0.9, rel=1e-5)
    assert min(beta(term, 0.5) for _ in range(20)) == pytest.approx(0.1, rel=1e-5)


def test_the_integral_does_not_wind_up_while_the_weight_is_saturated():
    short, long = (ControlVAEKL(5.0, 0.01, 0.01) for _ in range(2))
    for _ in range(20):
        beta(short, 0.5)
    for _ in range(80):
        beta(long, 0.5)
    # After any time below the target the controller answers as fast.
    assert [beta(long, 10.0) for _ in range(5)] == [beta(short, 10.0) for _ in range(5)]
    assert beta(long, 10.0) > 0.2


def test_winding_up_ends_at_the_upper_bound_as_well():
    term = ControlVAEKL(5.0, 0.01, 0.01)
    for _ in range(80):
        beta(term, 50.0)
    for _ in range(25):
        last = beta(term, 0.5)
    assert last < 0.2


def test_at_a_bound_itself_the_integral_still_takes_in_the_error():
    # KL = m^2 / 2 = 2 nats, so e = -2 and then 2, in binary without rounding.
    term = ControlVAEKL(0.0, 0.0, 0.25, min_weight=0.0, max_weight=0.5)
    for r, expected in ((0.0, 0.5), (4.0, 0.0)):
        term.rate_nats = r
        term(posterior=normal([[2.0]], 1.0), prior=standard_normal(), training=True)
        assert float(term.integral_term) == expected


def test_evaluation_uses_the_integral_as_it_stands():
    term = ControlVAEKL(5.0, 0.0, 0.01)
    trained = beta(term, 15.0)
    assert trained == pytest.approx(0.1, rel=1e-5)
    assert [beta(term, 15.0, training=False) for _ in range(3)] == [trained] * 3


def test_logs_the_weight_and_the_gap():
    term = ControlVAEKL(5.0, 0.0, 0.01)
    beta(term, 15.0)
    np.testing.assert_allclose(term.trackers["kl_weight"].result(), 0.1, rtol=1e-5)
    np.testing.assert_allclose(term.trackers["gap"].result(), -10.0, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rate_nats", -1.0),
        ("rate_nats", float("nan")),
        ("proportional", -0.1),
        ("integral", -0.1),
        ("integral", "0.1"),
        ("min_weight", -0.1),
        ("max_weight", 0.0),
        ("max_weight", float("inf")),
    ],
)
def test_bad_options_are_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a finite number.*Received: {name}="):
        ControlVAEKL(**{"rate_nats": 1.0, name: value})

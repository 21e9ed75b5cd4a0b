import numpy as np
import pytest
from rate_term_cases import normal, standard_normal

from keras_vae_collapse.losses import SoftFreeBitsKL


def call(term, rate, training=True):
    loc = np.full((4, 1), np.sqrt(2.0 * rate))  # KL(N(m, 1) || N(0, 1)) = m^2 / 2
    return float(term(posterior=normal(loc, 1.0), prior=standard_normal(), training=training))


def gamma(term):
    return float(term.gamma.numpy())


def test_the_first_call_has_the_weight_of_the_plain_kl():
    np.testing.assert_allclose(call(SoftFreeBitsKL(5.0), 3.0), 3.0, rtol=1e-5)


def test_gamma_shrinks_below_the_target_and_is_used_at_the_next_call():
    term = SoftFreeBitsKL(5.0)
    values = [call(term, 4.9) for _ in range(4)]
    np.testing.assert_allclose(values, 4.9 * 0.9 ** np.arange(4), rtol=1e-5)


def test_gamma_rests_within_the_tolerance_and_grows_above_it():
    term = SoftFreeBitsKL(5.0)  # by default 5%, and steps of 10%
    call(term, 1.0)
    np.testing.assert_allclose(gamma(term), 0.9, rtol=1e-6)
    call(term, 5.2)
    np.testing.assert_allclose(gamma(term), 0.9, rtol=1e-6)
    call(term, 5.3)
    np.testing.assert_allclose(gamma(term), 0.99, rtol=1e-6)


def test_at_its_bounds_gamma_rests():
    term = SoftFreeBitsKL(2.0, tolerance=0.5)
    call(term, 1.0)
    for dimensions in (4, 6):  # R = 2 and 3, in binary without rounding
        posterior = normal(np.ones((4, dimensions)), 1.0)
        term(posterior=posterior, prior=standard_normal(), training=True)
        np.testing.assert_allclose(gamma(term), 0.9, rtol=1e-6)


def test_gamma_never_exceeds_one_and_never_falls_below_its_floor():
    term = SoftFreeBitsKL(5.0, step=0.5)
    for _ in range(20):
        call(term, 1.0)
    np.testing.assert_allclose(gamma(term), 1e-3, rtol=1e-6)
    for _ in range(40):
        call(term, 10.0)
    assert gamma(term) == 1.0


def test_logs_gamma_and_the_gap():
    term = SoftFreeBitsKL(5.0)
    call(term, 3.0, training=False)
    assert term.trackers["kl_weight"].result() == 1.0
    np.testing.assert_allclose(term.trackers["gap"].result(), 2.0, rtol=1e-5)


def test_the_former_name_of_the_rate_is_accepted_with_a_warning():
    with pytest.warns(DeprecationWarning, match="`target_nats` .* is now `rate_nats`") as warned:
        term = SoftFreeBitsKL(target_nats=3.0, step=0.2)
    assert warned[0].filename == __file__
    config = term.get_config()
    assert config["rate_nats"] == 3.0 and "target_nats" not in config
    config["target_nats"] = config.pop("rate_nats")
    with pytest.warns(DeprecationWarning):
        assert SoftFreeBitsKL.from_config(config).rate_nats == 3.0
    with pytest.raises(ValueError, match="give one of them"):
        SoftFreeBitsKL(3.0, target_nats=3.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rate_nats", 0.0),
        ("rate_nats", -1.0),
        ("rate_nats", float("nan")),
        ("rate_nats", None),
        ("tolerance", -0.1),
        ("step", 0.0),
        ("step", 1.0),
        ("step", "fast"),
    ],
)
def test_bad_options_are_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be .*Received: {name}="):
        SoftFreeBitsKL(**{"rate_nats": 1.0, name: value})

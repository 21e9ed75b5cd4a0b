import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from rate_term_cases import kl_float64, normal, standard_normal

from keras_vae_collapse.losses import FreeBitsKL, KLDivergence, MDRConstraint, RateTerm

tfd = tfp.distributions


class Half(RateTerm):
    def penalty(self, kl, mean, training):
        return 0.5 * mean(tf.reduce_sum(kl, axis=-1))


LOC = np.random.default_rng(1).normal(size=(6, 3))
SCALE = np.random.default_rng(2).uniform(0.1, 3.0, size=(6, 3))
LOGISTIC = tfd.Logistic([0.0] * 3, 1.0)
KL = kl_float64(LOC, SCALE).sum(axis=-1)


def test_a_variant_overrides_one_method():
    value = Half()(posterior=normal(LOC, SCALE), prior=standard_normal())
    np.testing.assert_allclose(value, 0.5 * KL.mean(), rtol=1e-5)


def test_the_base_class_has_no_penalty():
    with pytest.raises(NotImplementedError, match="must override `penalty`"):
        RateTerm()(posterior=normal(LOC, SCALE), prior=standard_normal())


def test_rate_and_penalty_are_means_over_all_examples_of_the_epoch():
    term = Half()
    for rows in (slice(0, 4), slice(4, 6)):
        term(posterior=normal(LOC[rows], SCALE[rows]), prior=standard_normal())
    results = {m.name: float(m.result()) for m in term.metrics}
    np.testing.assert_allclose(results["rate"], KL.mean(), rtol=1e-5)
    np.testing.assert_allclose(results["penalty"], 0.5 * KL.mean(), rtol=1e-5)


def test_an_example_counts_in_the_figures_of_the_epoch_by_its_weight():
    term, weights = Half(), np.array([1.0, 0.0, 0.0, 0.0, 1.0, 3.0])
    for rows in (slice(0, 4), slice(4, 6)):
        posterior = normal(LOC[rows], SCALE[rows])
        term(posterior=posterior, prior=standard_normal(), sample_weight=weights[rows])
    results = {m.name: float(m.result()) for m in term.metrics}
    expected = np.average(KL, weights=weights)
    np.testing.assert_allclose(results["rate"], expected, rtol=1e-5)
    np.testing.assert_allclose(results["penalty"], 0.5 * expected, rtol=1e-5)


def test_samples_are_averaged_where_there_is_no_closed_form():
    one, other = (
        float(Half(num_samples=2000, seed=seed)(posterior=normal(LOC, SCALE), prior=LOGISTIC))
        for seed in (1, 2)
    )
    # The standard error of one sample of 18 entries is about 0.3, of 2000 it is 0.007.
    assert 0 < abs(one - other) < 0.05


@pytest.mark.parametrize("term_class", [Half, KLDivergence])
def test_examples_of_weight_zero_do_not_count(term_class):
    padded = normal(np.vstack([LOC, 100 * np.ones((2, 3))]), np.vstack([SCALE, np.ones((2, 3))]))
    term = term_class()
    value = term(
        posterior=padded, prior=standard_normal(), sample_weight=np.array([1.0] * 6 + [0.0] * 2)
    )
    expected = term_class()(posterior=normal(LOC, SCALE), prior=standard_normal())
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    np.testing.assert_allclose(term.trackers["rate"].result(), KL.mean(), rtol=1e-5)


def test_padding_does_not_move_a_floor_under_every_example():
    padded = normal(np.vstack([LOC, np.zeros((2, 3))]), np.vstack([SCALE, np.ones((2, 3))]))
    weights = [1.0] * 6 + [0.0] * 2
    term = FreeBitsKL(1.0, over="total", average="example")
    value = term(posterior=padded, prior=standard_normal(), sample_weight=weights)
    np.testing.assert_allclose(value, np.maximum(KL, 1.0).mean(), rtol=1e-5)


def test_a_batch_of_nothing_but_padding_costs_nothing():
    value = KLDivergence()(
        posterior=normal(LOC, SCALE), prior=standard_normal(), sample_weight=np.zeros(6)
    )
    assert value == 0.0


@pytest.mark.parametrize("weights", [np.ones(5), np.ones((6, 3)), 1.0])
def test_sample_weights_of_the_wrong_shape_are_refused(weights):
    with pytest.raises(ValueError, match=r"`sample_weight` must have shape \(6,\)"):
        KLDivergence()(posterior=normal(LOC, SCALE), prior=standard_normal(), sample_weight=weights)


def test_computes_in_float32_under_any_policy():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        term = MDRConstraint(2.0)
    finally:
        keras.config.set_dtype_policy(before)
    assert term.compute_dtype == term.variable_dtype == "float32"
    assert {w.dtype for w in term.trainable_weights} == {"float32"}
    assert {v.dtype for m in term.metrics for v in m.variables} == {"float32"}


def test_metrics_keep_float32_inside_a_model_of_half_precision():
    class Model(keras.Model):
        def __init__(self):
            super().__init__(dtype="mixed_float16")
            self.term = KLDivergence()

        def call(self, x, training=None):
            q = normal(0.0, 1.0).copy(loc=x, scale=tf.ones_like(x))
            self.add_loss(self.term(posterior=q, prior=standard_normal(), training=training))
            return x

    model = Model()
    for _ in range(3):
        model(np.full((4, 1), 200.0, "float32"))  # 20,000 nats: three times that is no float16
    # 4 examples of 20,000 nats thrice make a total of 240,000, beyond float16's 65,504.
    np.testing.assert_allclose(model.term.trackers["rate"].result(), 20_000.0, rtol=1e-6)


def test_another_dtype_is_refused():
    with pytest.raises(ValueError, match="`dtype` must be one of 'float32'"):
        KLDivergence(dtype="float16")


@pytest.mark.parametrize("option", [{"num_samples": 0}, {"num_samples": 1.5}, {"seed": -1}])
def test_bad_options_are_refused(option):
    (name,) = option
    with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least"):
        KLDivergence(**option)


def test_terms_with_one_seed_draw_the_same_samples_and_every_call_draws_others():
    prior = tfd.MixtureSameFamily(
        tfd.Categorical(logits=[0.0, 0.0]), normal([0.0, 3.0], [1.0, 1.0])
    )
    a, b, c = KLDivergence(seed=3), KLDivergence(seed=3), KLDivergence(seed=4)
    q = normal(LOC, SCALE)
    first, second = a(posterior=q, prior=prior), a(posterior=q, prior=prior)
    assert first == b(posterior=q, prior=prior)
    assert first != second
    assert first != c(posterior=q, prior=prior)


def test_a_joint_kl_is_refused_where_one_per_dimension_is_needed():
    prior = tfd.MixtureSameFamily(
        tfd.Categorical(logits=[0.0, 0.0]), tfd.MultivariateNormalDiag(tf.zeros([2, 3]))
    )
    posterior = tfd.Independent(normal(LOC, SCALE), 1)
    for over in ("dimension", 3, "mean"):
        with pytest.raises(ValueError, match=f"over={over!r}.* needs one KL per dimension"):
            FreeBitsKL(0.1, over=over)(posterior=posterior, prior=prior)
    FreeBitsKL(0.1, over="total")(posterior=posterior, prior=prior)


def test_a_latent_of_one_dimension_has_a_kl_per_dimension():
    value = FreeBitsKL(5.0)(posterior=normal([[1.0]], [[1.0]]), prior=standard_normal())
    assert value == 5.0

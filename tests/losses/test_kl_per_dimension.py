import numpy as np
import pytest
import scipy.special
import tensorflow as tf
import tensorflow_probability as tfp
from hypothesis import given, settings
from hypothesis import strategies as st
from rate_term_cases import kl_float64, normal, standard_normal

from keras_vae_collapse.losses import KLDivergence
from keras_vae_collapse.losses.kl_per_dimension import kl_per_dimension

tfd = tfp.distributions
EPSILON = np.finfo(np.float32).eps

LOC = np.random.default_rng(1).normal(size=(5, 3)).astype("float32")
SCALE = np.random.default_rng(2).uniform(0.1, 3.0, size=(5, 3)).astype("float32")


def seed():
    return tf.constant([1, 2])


def no_seed():
    raise AssertionError("a closed form needs no samples")


@settings(max_examples=200, deadline=None)
@given(
    st.floats(-100.0, 100.0, width=32),
    st.floats(-3.0, 3.0).map(lambda power: np.float32(10.0**power)),
)
def test_matches_the_float64_closed_form_over_scales_1e_minus_3_to_1e3(loc, scale):
    kl = kl_per_dimension(normal([[loc]], [[scale]]), standard_normal(), no_seed)
    # Each of the three terms is rounded a few times; log(scale) goes through exp(2 log(scale)).
    log = abs(np.log(np.float64(scale)))
    size = 0.5 * loc**2 + 0.5 * (scale**2 + 1.0) * (1.0 + 2.0 * log) + log
    assert abs(float(kl[0, 0]) - kl_float64(loc, scale)) <= 8 * EPSILON * size


def test_matches_the_closed_form_for_a_prior_with_its_own_scales():
    prior_loc, prior_scale = np.array([0.0, 1.0, -2.0]), np.array([0.5, 1.0, 4.0])
    kl = kl_per_dimension(normal(LOC, SCALE), normal(prior_loc, prior_scale), no_seed)
    expected = (
        np.log(prior_scale / SCALE)
        + (SCALE.astype("float64") ** 2 + (LOC - prior_loc) ** 2) / (2 * prior_scale**2)
        - 0.5
    )
    np.testing.assert_allclose(kl, expected, rtol=1e-5, atol=1e-6)


def vectors(loc, scale):
    return tfd.MultivariateNormalDiag(tf.constant(loc), tf.constant(scale))


@pytest.mark.parametrize(
    "posterior",
    [normal(LOC, SCALE), tfd.Independent(normal(LOC, SCALE), 1), vectors(LOC, SCALE)],
    ids=["scalars", "independent", "diagonal"],
)
@pytest.mark.parametrize(
    "prior",
    [
        standard_normal(),
        normal(np.zeros(3), np.ones(3)),
        normal(np.zeros((1, 3)), np.ones((1, 3))),
        tfd.Independent(normal(np.zeros(3), np.ones(3)), 1),
        tfd.MultivariateNormalDiag(tf.zeros(3)),
        tfd.Sample(standard_normal(), 3),
    ],
    ids=["scalar", "scalars", "row", "independent", "diagonal", "sample"],
)
def test_independent_dimensions_have_one_kl_each_however_they_are_packed(posterior, prior):
    kl = kl_per_dimension(posterior, prior, no_seed)
    np.testing.assert_allclose(kl, kl_float64(LOC, SCALE), rtol=1e-5, atol=1e-6)


def test_dependent_dimensions_have_a_joint_closed_form():
    cholesky = np.linalg.cholesky([[2.0, 0.3, 0.0], [0.3, 1.0, -0.2], [0.0, -0.2, 0.5]])
    cholesky = cholesky.astype("float32")
    q = tfd.MultivariateNormalTriL(tf.constant(LOC), tf.constant(cholesky))
    kl = kl_per_dimension(q, tfd.MultivariateNormalDiag(tf.zeros(3)), no_seed)
    expected = 0.5 * (
        np.trace(cholesky @ cholesky.T) + (LOC**2).sum(-1) - 3 - 2 * np.log(np.diag(cholesky)).sum()
    )
    np.testing.assert_allclose(kl, expected[:, None], rtol=1e-5)


def test_discrete_latents_have_their_closed_form():
    probs = np.array([[0.1, 0.5], [0.9, 0.3]])
    q = tfd.Bernoulli(probs=tf.constant(probs, tf.float32))
    kl = kl_per_dimension(q, tfd.Bernoulli(probs=0.5), no_seed)
    expected = probs * np.log(probs / 0.5) + (1 - probs) * np.log((1 - probs) / 0.5)
    np.testing.assert_allclose(kl, expected, rtol=1e-4, atol=1e-7)


def within_five_standard_errors(samples, expected):
    samples = np.asarray(samples, np.float64)
    error = samples.std(ddof=1) / np.sqrt(samples.size)
    assert error > 0.0
    assert abs(samples.mean() - expected) <= 5.0 * error, (samples.mean(), expected, error)


def mixture_kl(loc, scale):
    """KL(N(loc, scale^2) || 0.3 N(-1, 0.5^2) + 0.7 N(2, 1)) on a fine grid, float64."""
    z = np.linspace(loc - 12 * scale, loc + 12 * scale, 200_001)

    def log_normal(mean, deviation):
        return -0.5 * ((z - mean) / deviation) ** 2 - np.log(deviation * np.sqrt(2 * np.pi))

    log_q = log_normal(loc, scale)
    log_p = np.logaddexp(np.log(0.3) + log_normal(-1, 0.5), np.log(0.7) + log_normal(2, 1))
    return np.sum(np.exp(log_q) * (log_q - log_p)) * (z[1] - z[0])


def mixture_of_scalars():
    return tfd.MixtureSameFamily(tfd.Categorical(probs=[0.3, 0.7]), normal([-1.0, 2.0], [0.5, 1.0]))


@pytest.mark.parametrize("num_samples", [1, 4])
def test_a_mixture_prior_gets_an_unbiased_estimate_with_unbiased_gradients(num_samples):
    rows = 20_000
    loc, scale = tf.fill([rows, 1], 0.4), tf.fill([rows, 1], 0.8)
    with tf.GradientTape() as tape:
        tape.watch([loc, scale])
        kl = kl_per_dimension(tfd.Normal(loc, scale), mixture_of_scalars(), seed, num_samples)
    within_five_standard_errors(kl, mixture_kl(0.4, 0.8))
    loc_gradient, scale_gradient = tape.gradient(kl, [loc, scale])
    h = 1e-4
    slope = (mixture_kl(0.4 + h, 0.8) - mixture_kl(0.4 - h, 0.8)) / (2 * h)
    within_five_standard_errors(loc_gradient, slope)
    slope = (mixture_kl(0.4, 0.8 + h) - mixture_kl(0.4, 0.8 - h)) / (2 * h)
    within_five_standard_errors(scale_gradient, slope)


def test_a_mixture_prior_over_vectors_gets_a_joint_estimate():
    # The second dimension is the same in both components, so the KL is that of the first plus 0.
    prior = tfd.MixtureSameFamily(
        tfd.Categorical(probs=[0.3, 0.7]),
        vectors(np.float32([[-1.0, 0.0], [2.0, 0.0]]), np.float32([[0.5, 1.0], [1.0, 1.0]])),
    )
    q = normal(np.tile([0.4, 0.0], (20_000, 1)), np.tile([0.8, 1.0], (20_000, 1)))
    kl = kl_per_dimension(q, prior, seed)
    assert kl.shape == (20_000, 1)
    within_five_standard_errors(kl, mixture_kl(0.4, 0.8))


def von_mises_fisher_kl(kappa_q, kappa_p, cosine, dims):
    """KL of two von Mises-Fisher distributions with Bessel functions, float64."""
    order = dims / 2 - 1

    def log_constant(kappa):
        bessel = np.log(scipy.special.ive(order, kappa)) + kappa
        return order * np.log(kappa) - dims / 2 * np.log(2 * np.pi) - bessel

    mean_length = scipy.special.ive(order + 1, kappa_q) / scipy.special.ive(order, kappa_q)
    drift = mean_length * (kappa_q - kappa_p * cosine)
    return drift + log_constant(kappa_q) - log_constant(kappa_p)


# TFP reparameterises the von Mises-Fisher distribution in 3 dimensions only; in 5 the gradient
# comes from the score function.
@pytest.mark.parametrize("dims", [3, 5])
def test_a_von_mises_fisher_posterior_gets_unbiased_values_and_gradients(dims):
    rows, kappa_q, kappa_p, cosine = 20_000, 4.0, 2.0, 0.6
    q_mean, p_mean = np.zeros((rows, dims), "float32"), np.zeros(dims, "float32")
    q_mean[:, 0], p_mean[0], p_mean[1] = 1.0, cosine, np.sqrt(1 - cosine**2)
    concentration = tf.fill([rows], kappa_q)
    prior = tfd.VonMisesFisher(tf.constant(p_mean), kappa_p)
    with tf.GradientTape() as tape:
        tape.watch(concentration)
        posterior = tfd.VonMisesFisher(tf.constant(q_mean), concentration)
        kl = kl_per_dimension(posterior, prior, seed)
    assert kl.shape == (rows, 1)
    within_five_standard_errors(kl, von_mises_fisher_kl(kappa_q, kappa_p, cosine, dims))
    h = 1e-5
    slope = (
        von_mises_fisher_kl(kappa_q + h, kappa_p, cosine, dims)
        - von_mises_fisher_kl(kappa_q - h, kappa_p, cosine, dims)
    ) / (2 * h)
    within_five_standard_errors(tape.gradient(kl, concentration), slope)


def test_the_parameters_of_the_prior_get_an_unbiased_gradient_through_the_score_function():
    rows, dims = 20_000, 5
    mean = np.zeros((rows, dims), "float32")
    mean[:, 0] = 1.0
    kappa_p = tf.fill([rows], 2.0)
    with tf.GradientTape() as tape:
        tape.watch(kappa_p)
        posterior = tfd.VonMisesFisher(tf.constant(mean), 4.0)
        kl = kl_per_dimension(posterior, tfd.VonMisesFisher(tf.constant(mean), kappa_p), seed)
    h = 1e-5
    slope = (
        von_mises_fisher_kl(4.0, 2.0 + h, 1.0, dims) - von_mises_fisher_kl(4.0, 2.0 - h, 1.0, dims)
    ) / (2 * h)
    within_five_standard_errors(tape.gradient(kl, kappa_p), slope)


def test_a_von_mises_fisher_posterior_has_a_closed_form_against_the_uniform():
    mean = np.eye(5, dtype="float32")[:2]
    q = tfd.VonMisesFisher(tf.constant(mean), 4.0)
    kl = kl_per_dimension(q, tfd.SphericalUniform(5), no_seed)
    expected = von_mises_fisher_kl(4.0, 1e-6, 1.0, 5)
    np.testing.assert_allclose(kl, np.full((2, 1), expected), rtol=1e-4)


BAD = [
    ("wrong posterior", np.zeros((5, 3)), standard_normal(), "`posterior` must be a TensorFlow"),
    ("no prior", normal(LOC, SCALE), None, "`prior` must be a TensorFlow"),
    ("rank 1", normal(LOC[0], SCALE[0]), standard_normal(), r"`posterior` must have batch shape"),
    ("matrix events", tfd.Independent(normal(LOC, SCALE), 2), standard_normal(), "`posterior`"),
    ("prior of 4", normal(LOC, SCALE), normal(np.zeros(4), np.ones(4)), "`prior` must broadcast"),
    ("vectors of 4", vectors(LOC, SCALE), tfd.Sample(standard_normal(), 4), "`prior` must broad"),
    (
        "prior of rank 3",
        normal(LOC, SCALE),
        normal(np.zeros((1, 5, 3)), 1.0),
        "`prior` must broadcast",
    ),
    (
        "prior that widens the posterior",
        normal(LOC[:, :1], SCALE[:, :1]),
        normal(np.zeros(3), np.ones(3)),
        "`prior` must broadcast",
    ),
    (
        "vectors of 1",
        vectors(LOC, SCALE),
        tfd.Sample(standard_normal(), 1),
        "`prior` must broadcast",
    ),
]


@pytest.mark.parametrize(
    ("posterior", "prior", "message"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_what_cannot_be_is_refused_at_the_first_call(posterior, prior, message):
    with pytest.raises(ValueError, match=message):
        KLDivergence()(posterior=posterior, prior=prior)


@pytest.mark.parametrize("prior", [standard_normal(), normal(np.zeros(3), np.ones(3))])
def test_a_joint_posterior_takes_the_priors_of_its_dimensions_together(prior):
    # The posterior is the prior, so that each sample has a log-ratio of 0.
    q = tfd.MultivariateNormalTriL(tf.zeros([5, 3]), tf.eye(3))
    np.testing.assert_allclose(kl_per_dimension(q, prior, seed), np.zeros((5, 1)), atol=1e-6)


@pytest.mark.parametrize("mask", [np.ones((5, 2), bool), np.ones(5, bool)])
def test_a_mask_of_other_steps_is_refused(mask):
    q = normal(LOC[:, None], SCALE[:, None])  # one step
    with pytest.raises(ValueError, match=r"`mask` must have shape \(5, 1\).*Received: shape=\(5"):
        KLDivergence()(posterior=q, prior=standard_normal(), mask=mask)

"""What the callables of a model may return, and what is said of anything else."""

import numpy as np
import pytest

from keras_vae_collapse.metrics import encode_all, importance_sample, prior_gap
from keras_vae_collapse.metrics.chunks import count, distortions, log_probs, take

X = np.arange(10.0).reshape(5, 2)


def encode(x):
    return x, np.ones_like(x)


@pytest.mark.parametrize("chunk_size", [1, 2, 5, 9])
def test_every_example_is_encoded_once_in_chunks(chunk_size):
    sizes = []

    def counted(x):
        sizes.append(len(x))
        return x + 1, np.float32(x + 2)

    loc, scale = encode_all(counted, X, chunk_size)
    np.testing.assert_array_equal(loc, X + 1)
    np.testing.assert_array_equal(scale, X + 2)
    assert loc.dtype == scale.dtype == np.float64
    assert sum(sizes) == 5 and max(sizes) == min(chunk_size, 5)


@pytest.mark.parametrize(
    ("encoded", "message"),
    [
        (lambda x: (x, x + 1, x), "as a pair .loc, scale.*Received: tuple"),
        (lambda x: x, "as a pair .loc, scale.*Received: ndarray"),
        (lambda x: (x[:, 0], x[:, 0] + 1), r"of shape \(5, latent\).*\(5,\) and \(5,\)"),
        (lambda x: (x, x[:, :1] + 1), r"of shape \(5, latent\).*\(5, 2\) and \(5, 1\)"),
        (lambda x: (x[1:], x[1:] + 1), r"of shape \(5, latent\).*\(4, 2\) and \(4, 2\)"),
        (lambda x: (x * np.nan, x + 1), "finite locs and positive, finite scales"),
        (lambda x: (x, x + np.inf), "finite locs and positive, finite scales"),
        (lambda x: (x, x), "finite locs and positive, finite scales"),  # the first scale is 0
    ],
)
def test_what_is_no_posterior_is_refused(encoded, message):
    with pytest.raises(ValueError, match=message):
        encode_all(encoded, X)


@pytest.mark.parametrize(
    "inputs", [np.zeros((0, 2)), np.float64(3.0), {}, {"a": X, "b": X[1:]}, {"a": X, "b": 1.0}]
)
def test_inputs_have_one_number_of_examples_and_at_least_one(inputs):
    with pytest.raises(ValueError, match="leading axis of at least one example. Received shapes"):
        count(inputs)


def test_examples_are_taken_from_every_array():
    assert count(X) == count({"a": X, "b": X[:, 0]}) == 5 and count(X[:1]) == 1
    found = take({"a": X, "b": X[:, 0].tolist()}, [3, 1])
    np.testing.assert_array_equal(found["a"], X[[3, 1]])
    np.testing.assert_array_equal(found["b"], X[[3, 1], 0])


def test_the_distortion_is_minus_the_log_probability_chunk_by_chunk():
    for chunk_size in (1, 2, 5):
        found = distortions(lambda z, x: z[:, 0] + x[:, 1], X, {"x": X, "y": X}["x"], chunk_size)
        np.testing.assert_array_equal(found, -X.sum(axis=1))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((5, 1)), r"shape \(5,\), summed over positions. Received shape: \(5, 1\)"),
        (np.zeros(4), r"Received shape: \(4,\)"),
        (np.r_[np.zeros(4), np.nan], "returned NaN or .inf"),
        (np.r_[np.zeros(4), np.inf], "returned NaN or .inf"),
    ],
)
def test_log_probabilities_are_checked(values, message):
    with pytest.raises(ValueError, match=message):
        log_probs(lambda z, x: values, X, X)


def test_what_is_impossible_has_the_log_probability_minus_infinity():
    impossible = np.r_[np.zeros(4), -np.inf]
    np.testing.assert_array_equal(log_probs(lambda z, x: impossible, X, X), impossible)


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (lambda **o: encode_all(encode, X, **o), {"chunk_size": 0}, "`chunk_size` must"),
        (lambda **o: distortions(None, X, X, **o), {"chunk_size": 0}, "`chunk_size` must"),
        (lambda **o: prior_gap(None, X, X, X, **o), {"seed": -1}, "`seed` must.*at least 0"),
        (lambda **o: importance_sample(None, X, X, X, **o), {"seed": -1}, "`seed` must.*at lea"),
        (lambda **o: importance_sample(None, X, X, X, **o), {"chunk_size": 0}, "`chunk_size` mu"),
        (lambda **o: importance_sample(None, X, X, X, **o), {"num_samples": 0}, "`num_samples` m"),
    ],
)
def test_a_number_that_cannot_be_is_named(function, options, message):
    with pytest.raises(ValueError, match=message):
        function(**options)

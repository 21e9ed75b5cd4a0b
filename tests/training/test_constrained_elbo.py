import types

import numpy as np
import pytest

from keras_vae_collapse import losses
from keras_vae_collapse.schedules import LinearAnnealing
from keras_vae_collapse.training.evaluation import aimed_rate, constrained_elbo, in_row_blocks


@pytest.mark.parametrize(
    ("term", "nats"),
    [
        (losses.KLDivergence(), 0.0),
        (losses.MDRConstraint(7.5), 7.5),
        (losses.TargetRate(LinearAnnealing(rate=0.01, threshold=12.0)), 12.0),
        (losses.FreeBitsKL(3.0, over="total"), 3.0),
        (losses.FreeBitsKL(0.5), 4.0),
        (losses.FreeBitsKL(0.5, over="mean"), 4.0),
        (losses.FreeBitsKL(0.5, over=2), 2.0),
    ],
)
def test_the_rate_that_a_term_aims_at_is_that_of_all_its_dimensions(term, nats):
    latent = types.SimpleNamespace(rate_term=term, latent_dim=8)
    assert aimed_rate(types.SimpleNamespace(latent=latent)) == pytest.approx(nats)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (losses.KLDivergence(), -12.0),
        (losses.MDRConstraint(7.5), -16.5),
        # A nat beyond the constraint counts as a hundred.
        (losses.GECO(8.0), -111.0),
        (losses.GECO(9.5), -12.0),
        (losses.MaximumMeanDiscrepancy(1.0), -9.0),
        (losses.MaximumMeanDiscrepancy(1.0, rate_weight=0.5), -10.5),
    ],
)
def test_weights_are_chosen_by_what_the_rate_term_wants(term, expected):
    latent = types.SimpleNamespace(rate_term=term, latent_dim=8)
    found = constrained_elbo(types.SimpleNamespace(latent=latent), 9.0, 3.0)
    assert found == pytest.approx(expected)


def test_no_rate_term_aims_at_nothing():
    latent = types.SimpleNamespace(rate_term=None, latent_dim=8)
    assert aimed_rate(types.SimpleNamespace(latent=latent)) == 0.0


@pytest.mark.parametrize(("vocabulary_size", "blocks"), [(100, [6]), (2**23, [2, 2, 2])])
def test_rows_are_taken_in_blocks_where_their_logits_would_be_large(vocabulary_size, blocks):
    sizes = []

    def log_prob(z, inputs):
        sizes.append(len(z))
        return z[:, 0] + inputs["target"][:, 0]

    z = np.arange(6.0)[:, None]
    target = np.array([[4, 5, 6, 3, 0]] * 6)  # four symbols: at 2^23 words two rows have 2^26
    values = in_row_blocks(log_prob, vocabulary_size)(z, {"target": target})
    np.testing.assert_array_equal(values, np.arange(6.0) + 4.0)
    assert sizes == blocks

import types

import numpy as np
import tensorflow as tf

from keras_vae_collapse.models import weighted_samples
from keras_vae_collapse.models.weighted_samples import weigh_samples

SAMPLES, BATCH, LENGTH, SIZE = 2, 3, 4, 5
TARGET = tf.constant([[4, 4, 4, 3], [4, 4, 3, 0], [4, 3, 0, 0]])


def test_logits_are_those_of_the_first_sample_and_ids_go_with_their_rows(monkeypatch):
    asked, losses = [], []
    z = tf.reshape(tf.range(SAMPLES * BATCH * 1.0), [SAMPLES, BATCH, 1])  # row by row 0 .. 5

    def logits(rows, source, condition, target, training):
        asked.append((source, condition, target, training))
        scores = tf.one_hot([4] * LENGTH, SIZE)[tf.newaxis]
        return rows[:, :, tf.newaxis] * scores

    def bound(log_likelihood, posterior, prior, training, sample_weight):
        return log_likelihood(z), ("penalty", posterior, prior, training, sample_weight)

    latent = types.SimpleNamespace(
        latent_dim=1, compute_dtype="float32", rate_term=types.SimpleNamespace(bound=bound),
        distributions=lambda encoded, training: (f"q of {encoded}", "p"),
    )  # fmt: skip
    model = types.SimpleNamespace(latent=latent, logits=logits)
    monkeypatch.setattr(weighted_samples, "add_scalar_loss", lambda *given: losses.append(given))
    found, log_p = weigh_samples(model, "source", TARGET, None, TARGET, sample_weight="weights")
    np.testing.assert_array_equal(found[:, 0, 4], [0.0, 1.0, 2.0])
    assert losses == [(model, ("penalty", "q of source", "p", True, "weights"))]
    ((source, condition, target, training),) = asked
    np.testing.assert_array_equal(source, tf.tile(TARGET, [SAMPLES, 1]))
    np.testing.assert_array_equal(target, tf.tile(TARGET, [SAMPLES, 1]))
    assert condition is None and training
    # Of row r each 4 has the logit r, any other symbol 0.
    r = np.arange(6.0).reshape(SAMPLES, BATCH)
    norm, fours = np.log(np.exp(r) + SIZE - 1), np.array([3, 2, 1])
    np.testing.assert_allclose(log_p, fours * (r - norm) - norm, rtol=1e-5)

import copy
import pickle
import threading

import keras
import numpy as np
import tensorflow as tf
from rate_term_cases import normal, standard_normal

from keras_vae_collapse.losses import KLDivergence


class MeanLoss(keras.layers.Layer):
    """Adds the mean of its inputs as a loss."""

    def call(self, x):
        self.add_loss(tf.reduce_mean(x))
        return x


class Two(keras.Model):
    """Adds a loss before and the term after."""

    def __init__(self):
        super().__init__()
        self.term = KLDivergence()
        self.before = MeanLoss()
        self.meet = lambda: None

    def call(self, x):
        x = self.before(x)
        self.meet()
        q = normal(0.0, 1.0).copy(loc=x, scale=tf.ones_like(x))
        self.add_loss(self.term(posterior=q, prior=standard_normal()))
        self.meet()
        return x


def losses(model):
    return [float(loss) for loss in model.losses]


def test_losses_are_those_of_the_last_call():
    model = Two()
    for value in (1.0, 2.0):
        model(np.full((4, 1), value, "float32"))
        np.testing.assert_allclose(sorted(losses(model)), sorted([value**2 / 2, value]))


def test_replicas_that_meet_within_the_forward_pass_keep_their_own_losses():
    model = Two()
    model(np.ones((4, 1), "float32"))
    barrier = threading.Barrier(2, timeout=30)
    model.meet = barrier.wait
    seen = {}

    def replica(value):
        model(np.full((4, 1), value, "float32"))
        barrier.wait()
        seen[value] = losses(model)

    threads = [threading.Thread(target=replica, args=(value,)) for value in (4.0, 6.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose(sorted(seen[4.0]), [4.0, 8.0])
    np.testing.assert_allclose(sorted(seen[6.0]), [6.0, 18.0])


def test_a_term_can_still_be_copied():
    term = KLDivergence(0.5)
    q = normal([[1.0]], [[1.0]])
    term(posterior=q, prior=standard_normal())
    for duplicate in (copy.deepcopy(term._losses), pickle.loads(pickle.dumps(term._losses))):
        assert duplicate[:] == []

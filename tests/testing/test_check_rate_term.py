"""A rate term that breaks one fact is refused with the sentence of that fact."""

import keras
import pytest
import tensorflow as tf
from two_replicas import TWO

from keras_vae_collapse.losses import FreeBitsKL, KLDivergence
from keras_vae_collapse.testing import check_rate_term
from keras_vae_collapse.testing.check_rate_term import has_a_gradient


def rate(kl, mean):
    return mean(tf.reduce_sum(kl, axis=-1))


class Sum(KLDivergence):
    def penalty(self, kl, mean, training):
        return 0.1 * tf.reduce_sum(kl)


class Half(KLDivergence):
    def penalty(self, kl, mean, training):
        return tf.cast(rate(kl, mean), tf.float16)


class OneExample(KLDivergence):
    def penalty(self, kl, mean, training):
        return rate(kl, mean)[tf.newaxis]


class IgnoresWeights(KLDivergence):
    def penalty(self, kl, mean, training):
        return tf.reduce_mean(tf.reduce_sum(kl, axis=-1))


class Disconnected(KLDivergence):
    def penalty(self, kl, mean, training):
        return tf.stop_gradient(rate(kl, mean))


class DisconnectedInTraining(KLDivergence):
    def penalty(self, kl, mean, training):
        return tf.stop_gradient(rate(kl, mean)) if training else rate(kl, mean)


class Steep(KLDivergence):
    def penalty(self, kl, mean, training):
        return tf.custom_gradient(lambda r: (r, lambda slope: slope * float("inf")))(rate(kl, mean))


class LosesItsWeight(KLDivergence):
    def __init__(self, weight=1.0, **kwargs):
        super().__init__(weight, **kwargs)
        self.weight += 1.0


class CountsInEvaluation(KLDivergence):
    def penalty(self, kl, mean, training):
        self.step.assign(self.step + 1)
        return rate(kl, mean)


class CountsWhereTrainingIsFalse(KLDivergence):
    def penalty(self, kl, mean, training):
        if training is False:
            self.step.assign(self.step + 1)
        return rate(kl, mean)


class AnotherInGraphs(KLDivergence):
    def penalty(self, kl, mean, training):
        return rate(kl, mean) * (1.0 if tf.executing_eagerly() else 2.0)


class LogsNothing(KLDivergence):
    @property
    def metrics(self):
        return []


class CountsTwiceInGraphs(KLDivergence):
    def penalty(self, kl, mean, training):
        if training and not tf.executing_eagerly():
            self.step.assign(self.step + 1)
        return super().penalty(kl, mean, training)


class GrowsWithReplicas(KLDivergence):
    def penalty(self, kl, mean, training):
        return rate(kl, mean) * tf.distribute.get_strategy().num_replicas_in_sync


@pytest.mark.parametrize(
    ("cls", "sentence"),
    [
        (Sum, "is a mean over the batch.*The value of twice the batch: expected"),
        (Half, "finite float32 scalar.*half tensor"),
        (OneExample, r"finite float32 scalar.*shape=\(1,\)"),
        (IgnoresWeights, "Examples of `sample_weight` 0 do not count.*with padding"),
        (Disconnected, "A finite gradient reaches.*no gradient"),
        (DisconnectedInTraining, "A finite gradient reaches.*no gradient"),
        (Steep, r"A finite gradient reaches.*gradients of size \[inf"),
        (LosesItsWeight, "`get_config` and `from_config` give back an equal object"),
        (CountsInEvaluation, "evaluation leaves every weight as it is.*'step'"),
        (CountsWhereTrainingIsFalse, "evaluation leaves every weight as it is.*'step'"),
        (AnotherInGraphs, "Compiled into a graph.*The value: expected"),
        (LogsNothing, r"`fit` logs.*Missing: \['penalty', 'rate', 'val_penalty', 'val_rate'\]"),
        (GrowsWithReplicas, "Two replicas train as one device does.*The figure 'loss'"),
        (CountsTwiceInGraphs, "Compiled into a graph.*'step' after three calls"),
    ],
)
def test_a_broken_term_is_refused_by_the_fact_it_breaks(cls, sentence):
    registered = keras.saving.register_keras_serializable(package="broken")(cls)
    with pytest.raises(AssertionError, match=f"(?s)^{cls.__name__}: .*{sentence}"):
        check_rate_term(registered, strategy=TWO)


def test_a_term_may_be_flat_at_some_rates():
    has_a_gradient(lambda: FreeBitsKL(5.0, over="total"), 3, None)
    with pytest.raises(AssertionError, match=r"gradients of size \[0.0, 0.0, 0.0\]"):
        has_a_gradient(lambda: FreeBitsKL(1e6, over="total"), 3, None)


def test_a_class_that_is_not_registered_is_refused():
    class Unregistered(KLDivergence):
        pass

    with pytest.raises(AssertionError, match="Unregistered: `get_config` and `from_config`"):
        check_rate_term(Unregistered, strategy=TWO)

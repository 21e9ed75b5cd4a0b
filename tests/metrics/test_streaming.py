"""The metrics that are Keras metrics: any split into batches and replicas gives one result."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.metrics import (
    ActiveUnits,
    Distortion,
    Rate,
    RatePerDimension,
    active_units,
    kl_per_dimension,
    posterior_mean_variance,
)

RNG = np.random.default_rng(0)
LOC = (RNG.standard_normal((64, 3)) * [1.0, 0.5, 0.01] + [0.0, 5.0, 300.0]).astype("float32")
SCALE = RNG.uniform(0.1, 1.5, (64, 3)).astype("float32")


def in_batches(metric, *arrays, sizes=(1, 40, 23)):
    for chunk in zip(*(np.split(a, np.cumsum(sizes)[:-1]) for a in arrays), strict=True):
        metric.update_state(*chunk)
    return metric


def test_active_units_in_batches_equal_the_variance_of_the_whole_set():
    metric = in_batches(ActiveUnits(3), LOC)
    np.testing.assert_allclose(metric.variance(), posterior_mean_variance(LOC), rtol=1e-6)
    assert float(metric.result()) == active_units(LOC) == 2


def test_active_units_threshold_is_inclusive_and_moves_the_count():
    loc = np.array([[0.0, 0.0], [2.0, 1.0]])  # variances 2 and 0.5
    assert float(in_batches(ActiveUnits(2, threshold=0.5), loc, sizes=(2,)).result()) == 2
    assert float(in_batches(ActiveUnits(2, threshold=0.51), loc, sizes=(2,)).result()) == 1


def test_active_units_ignore_rows_of_weight_zero():
    metric = ActiveUnits(3)
    padded = np.concatenate([LOC, 1e3 * np.ones((6, 3), "float32")])
    metric.update_state(padded, sample_weight=np.r_[np.ones(64), np.zeros(6)])
    np.testing.assert_allclose(metric.variance(), posterior_mean_variance(LOC), rtol=1e-6)


def test_no_unit_is_active_before_the_second_input():
    metric = ActiveUnits(3)
    assert float(metric.result()) == 0
    metric.update_state(LOC[:1])
    assert float(metric.result()) == 0


def test_rate_in_batches_equals_the_closed_form():
    kl = kl_per_dimension(LOC, SCALE)
    per_dimension = in_batches(RatePerDimension(3), LOC, SCALE)
    np.testing.assert_allclose(per_dimension.result(), kl.mean(axis=0), rtol=1e-5)
    total = in_batches(Rate(3), LOC, SCALE)
    assert float(total.result()) == pytest.approx(kl.sum(axis=1).mean(), rel=1e-5)


def test_rate_weights_words():
    metric = RatePerDimension(3)
    metric.update_state(LOC, SCALE, sample_weight=np.r_[np.ones(10), np.zeros(54)])
    expected = kl_per_dimension(LOC[:10], SCALE[:10]).mean(axis=0)
    np.testing.assert_allclose(metric.result(), expected, rtol=1e-5)


def test_distortion_is_the_mean_per_word():
    metric = in_batches(Distortion(), LOC[:, 0])
    assert float(metric.result()) == pytest.approx(-LOC[:, 0].mean(), rel=1e-5)


@pytest.mark.parametrize(
    "metric, arrays",
    [
        (ActiveUnits(3, threshold=0.2, name="au"), (LOC,)),
        (Rate(3), (LOC, SCALE)),
        (RatePerDimension(3), (LOC, SCALE)),
        (Distortion(), (LOC[:, 0],)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_config_round_trip_reset_and_graph(metric, arrays):
    config = keras.saving.serialize_keras_object(metric)
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == metric.get_config()
    metric.update_state(*arrays)
    tf.function(again.update_state)(*arrays)
    np.testing.assert_allclose(again.result(), metric.result(), rtol=1e-5)
    assert np.any(metric.result())
    metric.reset_state()
    assert not np.any(metric.result())


@pytest.mark.parametrize("metric", [ActiveUnits, Rate, RatePerDimension])
def test_latent_dim_must_be_a_positive_integer(metric):
    with pytest.raises(ValueError, match="latent_dim.*at least 1.*latent_dim=0"):
        metric(0)


@pytest.mark.parametrize("threshold", [0.0, -1.0, float("nan")])
def test_threshold_must_be_positive(threshold):
    with pytest.raises(ValueError, match="threshold"):
        ActiveUnits(3, threshold=threshold)


TWO_REPLICAS = """
import numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from keras_vae_collapse.metrics import ActiveUnits, Distortion, Rate, RatePerDimension

loc = np.random.default_rng(0).standard_normal((32, 3)).astype("float32") * [1.0, 0.3, 0.05]
loc = loc.astype("float32")
scale = np.random.default_rng(1).uniform(0.1, 1.5, (32, 3)).astype("float32")
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    many = ActiveUnits(3), Rate(3), RatePerDimension(3), Distortion()
one = ActiveUnits(3), Rate(3), RatePerDimension(3), Distortion()

def update(metrics, loc, scale):
    metrics[0].update_state(loc)
    metrics[1].update_state(loc, scale)
    metrics[2].update_state(loc, scale)
    metrics[3].update_state(loc[:, 0])

update(one, loc, scale)
run = tf.function(lambda *batch: strategy.run(update, args=(many, *batch)))
data = tf.data.Dataset.from_tensor_slices((loc, scale)).batch(16)
for batch in strategy.experimental_distribute_dataset(data):
    run(*batch)
for a, b in zip(one, many):
    assert np.any(a.result()), a
    np.testing.assert_allclose(a.result(), b.result(), rtol=1e-5)
np.testing.assert_allclose(one[0].variance(), many[0].variance(), rtol=1e-12)
print("equal")
"""


def test_two_replicas_equal_one():
    # Its own process: logical devices must be set before TensorFlow starts.
    done = subprocess.run(
        [sys.executable, "-c", TWO_REPLICAS], capture_output=True, text=True, timeout=300
    )
    assert done.stdout.endswith("equal\n"), done.stderr[-2000:]

"""Layers under MirroredStrategy on two logical CPUs, in a process of its own."""

import json
import subprocess
import sys

import pytest

SCRIPT = """
import json, sys
import numpy as np, tensorflow as tf, keras
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from keras_vae_collapse import layers
from keras_vae_collapse.losses import KLDivergence

strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
report = {}

def on_both(make, *inputs, **kwargs):
    with strategy.scope():
        layer = make()
        layer(*inputs, **kwargs)
    @tf.function
    def step():
        return strategy.run(lambda: layer(*inputs, training=True, **kwargs))
    draws = [[v.numpy() for v in strategy.experimental_local_results(step())] for _ in range(2)]
    (a, b), (c, d) = draws
    different = all(np.any(x != y) for x, y in ((a, b), (a, c), (b, d), (c, d)))
    counts = [int(v) for v in strategy.experimental_local_results(layer.noise._step.value)]
    return {"different": bool(different), "draws": sorted(set(counts))}

ids, embedded = tf.fill([4, 16], 7), tf.ones([4, 16, 8])
report["char"] = on_both(lambda: layers.CharDropout(0.5, 1, seed=1), ids)
report["contiguous"] = on_both(lambda: layers.ContiguousDropout(0.3, 2.0, 1, seed=1), ids)
report["embedding"] = on_both(lambda: layers.EmbeddingDropout(0.5, seed=1), embedded)
report["latent"] = on_both(lambda: layers.GaussianLatent(3, seed=1), tf.ones([4, 5]))

rng = np.random.default_rng(0)
features, words = rng.normal(size=(8, 5)), rng.integers(4, 9, (8, 6))
states, chars = rng.normal(size=(8, 6, 4)), rng.normal(size=(8, 6, 3))

def batch_norm():
    x = keras.Input((5,))
    latent = layers.BatchNormGaussianLatent(3, rate_term=KLDivergence(), initial_scale=0.3, seed=1)
    # The mean, so that noise does not tell one device from two.
    return keras.Model(x, keras.layers.Dense(1)(latent(x, sample=False))), (features,)

def bag_of_chars():
    z, ids = keras.Input((5,)), keras.Input((6,), dtype="int32")
    head = layers.BagOfCharsHead(9, "poisson")
    return keras.Model([z, ids], head(z, ids)), (features, words)

def auxiliary():
    x = [keras.Input((5,)), keras.Input((6, 4)), keras.Input((6, 3))]
    ids = keras.Input((6,), dtype="int32")
    cost = layers.AuxiliaryStateCost(3, weight=0.1, vocabulary_size=9)
    return keras.Model([*x, ids], cost(*x, ids=ids)), (features, states, chars, words)

def trained(make, scope):
    keras.utils.set_random_seed(0)
    with scope:
        model, data = make()
        loss = "mse" if make is batch_norm else None
        model.compile(keras.optimizers.SGD(0.05), loss=loss)
    data = (data if len(data) > 1 else data[0], np.sin(np.arange(8.0))[:, None])
    batches = tf.data.Dataset.from_tensor_slices(data)
    start = [np.asarray(w) for w in model.weights]
    history = model.fit(batches.batch(8).repeat(), steps_per_epoch=5, verbose=0).history
    return history, start, [np.asarray(w) for w in model.weights]

for make in (batch_norm, bag_of_chars, auxiliary):
    one, start, weights = trained(make, tf.device("CPU:0"))
    two, _, mirrored = trained(make, strategy.scope())
    report[make.__name__] = {
        "logs": max(abs(one[key][0] - two[key][0]) / (1 + abs(one[key][0])) for key in one),
        "weights": max(float(np.abs(a - b).max()) for a, b in zip(weights, mirrored)),
        "moved": max(float(np.abs(a - b).max()) for a, b in zip(weights, start)),
    }
print("REPORT" + json.dumps(report))
"""


@pytest.fixture(scope="module")
def report():
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.split("REPORT")[1])


@pytest.mark.parametrize("layer", ["char", "contiguous", "embedding", "latent"])
def test_noise_differs_between_replicas_and_between_steps(report, layer):
    assert report[layer] == {"different": True, "draws": [2]}


@pytest.mark.parametrize("layer", ["batch_norm", "bag_of_chars", "auxiliary"])
def test_two_replicas_train_like_one_device(report, layer):
    # Five steps in float32 that sum the batch in another order; a wrong scale shows at 1e-2.
    assert report[layer]["weights"] < 1e-5
    assert report[layer]["logs"] < 1e-5
    assert report[layer]["moved"] > 1e-2

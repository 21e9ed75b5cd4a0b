import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from noise import noise_sources
from slow_cases import mostly_slow
from training_runs import tiny, write_data
from two_replicas import ONE, TWO, build, weights

import zoo
from keras_vae_collapse.distribute.multiworker import patched_fit
from keras_vae_collapse.runs import load_model
from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.training import train
from keras_vae_collapse.training.batch_plan import BatchPlan
from keras_vae_collapse.training.encoder_training import make_encoder_training
from keras_vae_collapse.training.optimizer import make_optimizer
from keras_vae_collapse.training.pipeline import training_dataset

STEPS = 10
# On two replicas sums run in another order. A sum of 1,000 float32 terms is off by about
# sqrt(1000) 6e-8 = 2e-6 of its size.
LOSS_TOLERANCE = 5e-6
# A step moves a weight by up to the learning rate, 1e-3, in a direction that is off by 2e-6, and
# rounds it, at a size of up to 1, by 6e-8: 6e-7 in ten steps. A loss counted twice, a batch taken
# for its half or a gradient clipped before it is summed is off by 1e-4 and more.
WEIGHT_TOLERANCE = 3e-6
# The power in a draw of Kumaraswamy is steep at the ends, and rounding counts ten times as much.
STEEP = {"msved_hardkuma": 3e-5}
# Batch normalisation takes off whatever is added to all means: this bias has no effect and no
# gradient but rounding errors, which Adam scales up to its step size. The mean follows it.
_OF_MEANS = ("latent/loc/bias", "latent/normalize/moving_mean")
WITHOUT_EFFECT = {"bn_vae": _OF_MEANS, "du_vae": _OF_MEANS}
# So that few steps have both kinds of steps; the loss stands in for the mutual information.
ENCODER_TRAINING = {
    "aggressive_encoder": ["max_steps=1", "encoder_training.monitor=loss"],
    "encoder_pretraining": ["encoder_training.epochs=1"],
}
# One of each kind of parts that meet across replicas; the others take longer than they add.
QUICK = {"even": ("mdr",), "uneven": ("bag_of_chars",)}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """`(vocabulary, arrays)` of a small data set."""
    task = ReinflectionTask(write_data(tmp_path_factory.mktemp("data")))
    return task.vocabulary, task.encode(task.train_examples)


@pytest.fixture
def means_for_samples(monkeypatch):
    """Estimates of a KL that has no closed form are taken at the mean of the posterior."""

    def mean(self, sample_shape=(), seed=None, name="sample"):
        shape = tf.concat([[sample_shape], self.batch_shape_tensor()], 0)
        return tf.broadcast_to(self.mean(), shape)

    monkeypatch.setattr(tfp.distributions.Normal, "sample", mean)


class Losses(keras.callbacks.Callback):
    """The running mean of the loss after every step."""

    def __init__(self):
        super().__init__()
        self.values = []

    def on_train_batch_end(self, batch, logs=None):
        self.values.append(logs["loss"])


def trained(name, vocabulary, strategy, dataset, steps, **options):
    """A model after some steps with the optimizer of its recipe; its losses and its logs."""
    model = build(name, vocabulary, strategy, **options)
    losses = Losses()
    settings = ["ema_momentum=0.9", "learning_rate=0.001", *ENCODER_TRAINING.get(name, [])]
    recipe = zoo.override(zoo.recipe(name), settings)
    with strategy.scope():
        model.compile(make_optimizer(recipe))
    encoder_training = make_encoder_training(recipe, model)
    hooks = [losses, *([encoder_training] if encoder_training else [])]
    with patched_fit(model):
        history = model.fit(dataset, steps_per_epoch=steps, verbose=0, callbacks=hooks)
    return model, losses.values, {key: value[-1] for key, value in history.history.items()}


def check_same(name, vocabulary, dataset, steps):
    """Trains on one device and on two replicas, and compares all there is; returns the losses."""
    start = weights(build(name, vocabulary, ONE))
    one, losses, logs = trained(name, vocabulary, ONE, dataset, steps)
    two, two_losses, two_logs = trained(name, vocabulary, TWO, dataset, steps)
    assert np.isfinite([*losses, *two_losses]).all()
    moved = 0
    for before, a, b, weight in zip(start, weights(one), weights(two), one.weights, strict=True):
        if not weight.path.endswith(WITHOUT_EFFECT.get(name, ())):
            atol = STEEP.get(name, WEIGHT_TOLERANCE)
            np.testing.assert_allclose(b, a, rtol=0, atol=atol, err_msg=weight.path)
        moved += np.abs(a - before).max(initial=0.0) > 1e-4
    assert moved > 10
    assert two_logs.keys() == logs.keys() > {"loss", "distortion", "rate"}
    for key, value in logs.items():
        assert two_logs[key] == pytest.approx(value, rel=1e-5, abs=1e-4), key
    return losses, two_losses


@pytest.mark.parametrize("name", mostly_slow(zoo.recipes(), QUICK["even"]))
def test_two_replicas_train_like_one_device(name, data, means_for_samples):
    vocabulary, arrays = data
    plan = BatchPlan.of(arrays, 12, seed=0)
    losses, two_losses = check_same(name, vocabulary, training_dataset(arrays, plan), STEPS)
    np.testing.assert_allclose(two_losses, losses, rtol=LOSS_TOLERANCE)


def uneven(arrays, sizes):
    """A dataset of batches of given sizes."""
    bounds = np.cumsum([0, *sizes])

    def generate():
        for start, stop in zip(bounds[:-1], bounds[1:], strict=True):
            yield {name: values[start:stop] for name, values in arrays.items()}

    signature = {
        name: tf.TensorSpec((None, *values.shape[1:]), values.dtype)
        for name, values in arrays.items()
    }
    return tf.data.Dataset.from_generator(generate, output_signature=signature)


@pytest.mark.parametrize("name", mostly_slow(zoo.recipes(), QUICK["uneven"]))
def test_uneven_batches_and_an_empty_replica_train_like_one_device(name, data, means_for_samples):
    vocabulary, arrays = data
    # Seven are split into four and three, the one of the last batch leaves a replica with none.
    # (Not compared step by step: what Keras shows during an epoch is the mean of the replicas'
    # means; what it logs at the end is the mean over all examples.)
    check_same(name, vocabulary, uneven(arrays, (7, 12, 1)), 3)


@pytest.mark.slow
def test_evaluation_of_uneven_batches_gives_the_figures_of_one_device(data):
    vocabulary, arrays = data
    figures = []
    for strategy in (ONE, TWO):
        model = build("bag_of_chars", vocabulary, strategy)
        with strategy.scope():
            model.compile()
        with patched_fit(model):
            dataset = uneven(arrays, (7, 12, 1))
            figures.append(model.evaluate(dataset, return_dict=True, verbose=0))
    assert figures[0].keys() == figures[1].keys() > {"loss", "distortion", "rate"}
    for key, value in figures[0].items():
        assert figures[1][key] == pytest.approx(value, rel=1e-5, abs=1e-6), key


@pytest.mark.parametrize("name", zoo.recipes())
def test_replicas_draw_different_noise_from_every_source(name, data):
    vocabulary, _ = data
    model = build(name, vocabulary, TWO, noise=True, dropout=0.2)
    sources = noise_sources(model)
    assert len(sources) >= 3  # sampling and the two dropouts
    for path, seeds in sources.items():
        first, second = TWO.experimental_local_results(TWO.run(seeds.next))
        assert not np.array_equal(first, second), path


def test_the_noise_of_two_replicas_reaches_the_model(data):
    vocabulary, arrays = data
    half = {name: values[:6] for name, values in arrays.items()}
    # Both replicas get the same six words.
    twice = uneven({name: np.concatenate([v, v]) for name, v in half.items()}, (12,))
    model = build("char_dropout", vocabulary, TWO, noise=True)
    for batch in TWO.experimental_distribute_dataset(twice):
        for training, same in ((False, True), (True, False)):
            results = TWO.run(lambda b, t=training: model(b, training=t), args=(batch,))
            first, second = TWO.experimental_local_results(results)
            assert np.array_equal(first, second) == same


@pytest.mark.slow
def test_a_training_on_two_replicas_leaves_a_complete_run(tiny_run, tmp_path):
    task = ReinflectionTask(tiny_run.directory.path.parent / "data")
    replicas = {"strategy": "mirrored", "logical_cpus": 2}
    run = train(tiny("mdr"), task, tmp_path / "run", epochs=1, verbose=0, **replicas)
    one, two = (set(r.directory.path.iterdir()) for r in (tiny_run, run))
    assert {path.name for path in one} == {path.name for path in two}
    assert run.metrics["parameters"] == tiny_run.metrics["parameters"]
    loaded = load_model(run.directory.path)
    assert loaded.inflect(["evler"], ["num=SG"]) == run.model.inflect(["evler"], ["num=SG"])

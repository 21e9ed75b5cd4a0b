"""Callbacks that train the encoder apart from the decoder."""

import keras
import numpy as np
import pytest
from keras import ops
from slow_cases import mostly_slow

from keras_vae_collapse import callbacks
from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import (
    GECO,
    GaussianNLL,
    KLDivergence,
    MDRConstraint,
    SoftFreeBitsKL,
)
from keras_vae_collapse.schedules import LinearAnnealing

X = np.random.default_rng(0).normal(size=(48, 3)).astype("float32")
BATCHES = 6


def make_model(rate_term=None, run_eagerly=False, **options):
    """A small VAE, compiled; every call gives the same weights."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4, name="hidden")
    latent = GaussianLatent(2, rate_term=rate_term or MDRConstraint(1.0), seed=1)
    outputs = keras.layers.Dense(3, name="decoder")(latent(hidden(inputs)))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.05, **options), GaussianNLL(), run_eagerly=run_eagerly)
    return model, [hidden, latent]


class Watch(keras.callbacks.Callback):
    """Which weights each batch moved, and given figures in the logs of each epoch."""

    def __init__(self, figures=(), name="dev_mutual_information", losses=None):
        super().__init__()
        self.figures, self.name, self.losses = figures, name, losses
        self.moved, self.weights, self.logs = [], [], []

    def on_train_batch_begin(self, batch, logs=None):
        self.before = {v.path: v.numpy().copy() for v in self.model.variables}

    def on_train_batch_end(self, batch, logs=None):
        now = {v.path: v.numpy().copy() for v in self.model.variables}
        moved = {p.split("/")[0] for p in now if (now[p] != self.before[p]).any()}
        self.moved.append(moved & {"hidden", "decoder"})
        if self.losses is not None:  # the running mean of given losses
            seen = self.losses[: batch + 1]
            logs["loss"] = sum(seen) / len(seen)

    def on_epoch_begin(self, epoch, logs=None):
        self.weights.append({v.path: v.numpy().copy() for v in self.model.variables})

    def on_epoch_end(self, epoch, logs=None):
        self.logs.append(dict(logs))
        if self.figures:
            logs[self.name] = self.figures[epoch]


def fit(model, watch, *others, epochs=1, **options):
    batch_size = len(X) // BATCHES
    model.fit(X, X, batch_size, epochs, 0, callbacks=[watch, *others], shuffle=False, **options)
    return watch


BOTH = {"hidden", "decoder"}


class Stop(keras.callbacks.Callback):
    """Raises in the third batch, where it is told."""

    def __init__(self, where):
        super().__init__()
        setattr(self, where, self.stop)

    def stop(self, batch, logs=None):
        if batch == 2:
            raise KeyboardInterrupt


def interrupted(model, callback, where, **options):
    """A `fit` with the callback that ends by an exception, callbacks on both sides."""
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, X, 8, verbose=0, callbacks=[Stop(where), callback, Stop(where)], **options)
    assert all(v.trainable for v in model.trainable_variables)


HOOKS = ("on_train_batch_begin", "on_train_batch_end")


def test_the_encoder_is_trained_until_the_loss_rises_then_the_decoder_for_one_step():
    model, encoder = make_model()
    # Sums of two batches: 10, 8, 9. The third group is worse than the second.
    watch = Watch([1.0], losses=[6.0, 4.0, 4.0, 4.0, 4.0, 5.0, 7.0, 1.0, 1.0])
    aggressive = callbacks.AggressiveEncoder(encoder, check_every=2)
    model.fit(X[:27], X[:27], 3, 1, 0, callbacks=[watch, aggressive], shuffle=False)
    assert watch.moved == [{"hidden"}] * 6 + [{"decoder"}] + [{"hidden"}] * 2


def test_the_encoder_has_at_most_so_many_steps_in_a_row():
    model, encoder = make_model()
    aggressive = callbacks.AggressiveEncoder(encoder, max_steps=2, check_every=100)
    watch = fit(model, Watch([1.0]), aggressive)
    assert watch.moved == [{"hidden"}, {"hidden"}, {"decoder"}] * 2


class Steps(keras.callbacks.Callback):
    """A count of a rate term after each batch."""

    def __init__(self, count):
        super().__init__()
        self.count, self.seen = count, []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(int(self.count))


def observed(kind):
    """A rate term with a count of its training steps, and the count."""
    term = GECO(5.0) if kind == "geco" else KLDivergence(weight=LinearAnnealing(rate=0.1))
    return term, term.observations if kind == "geco" else term.step


@pytest.mark.parametrize("run_eagerly", [False, True])
@pytest.mark.parametrize("kind", ["schedule", "geco"])
def test_a_step_of_the_encoder_leaves_the_state_of_a_rate_term(kind, run_eagerly):
    term, count = observed(kind)
    model, encoder = make_model(term, run_eagerly)
    if kind == "geco":
        model = Observing(model, term)
        model.compile("adam", GaussianNLL(), run_eagerly=run_eagerly)
    steps = Steps(count)
    aggressive = callbacks.AggressiveEncoder(encoder, max_steps=2)
    # The second epoch has less information than the first: from the third on both are trained.
    fit(model, Watch([2.0, 1.0, 0.0]), steps, aggressive, epochs=3)
    assert steps.seen == [0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10]
    steps.seen = []
    fit(model, Watch(), steps)
    assert steps.seen == [11, 12, 13, 14, 15, 16]


class Observing(keras.Model):
    """A model that tells its GECO the distortion."""

    def __init__(self, model, term):
        super().__init__()
        self.inner, self.term = model, term
        self.build(X.shape)

    def call(self, inputs, training=None):
        outputs = self.inner(inputs, training=training)
        self.term.observe(ops.sum((outputs - inputs) ** 2, axis=-1))
        return outputs


def test_both_are_trained_once_the_mutual_information_falls():
    model, encoder = make_model()
    aggressive = callbacks.AggressiveEncoder(encoder, max_steps=5)
    watch = fit(model, Watch([1.0, 2.0, 1.9, 9.0]), aggressive, epochs=4)
    apart = [{"hidden"}] * 5 + [{"decoder"}]
    assert watch.moved == 3 * apart + [BOTH] * BATCHES
    assert aggressive.state == {"aggressive": False, "previous": 1.9}


def test_after_training_the_model_is_as_it_was():
    model, encoder = make_model()
    aggressive = callbacks.AggressiveEncoder(encoder, max_steps=2)
    fit(model, Watch([1.0]), aggressive)
    assert all(v.trainable for v in model.trainable_variables)
    assert fit(model, Watch()).moved == [BOTH] * BATCHES


@pytest.mark.parametrize("where", mostly_slow(HOOKS, HOOKS[:1]))
def test_after_an_exception_every_step_of_a_further_fit_trains_both(where):
    model, encoder = make_model()
    interrupted(model, callbacks.AggressiveEncoder(encoder), where)
    assert fit(model, Watch()).moved == [BOTH] * BATCHES


def test_several_steps_an_execution_are_refused():
    model, encoder = make_model()
    model.compile("adam", "mse", steps_per_execution=4)
    with pytest.raises(ValueError, match="steps_per_execution=1. Received: .*=4"):
        fit(model, Watch(), callbacks.AggressiveEncoder(encoder))


@pytest.mark.slow
def test_the_average_of_the_weights_goes_on():
    model, encoder = make_model(use_ema=True, ema_momentum=0.5)
    fit(model, Watch([1.0]), callbacks.AggressiveEncoder(encoder, max_steps=2))
    averages = model.optimizer._model_variables_moving_average
    for weight, average in zip(model.optimizer._trainable_variables, averages, strict=True):
        np.testing.assert_allclose(average, weight, atol=0.2)


def test_a_missing_figure_and_an_empty_encoder_are_named():
    model, encoder = make_model()
    with pytest.raises(KeyError, match="dev_information"):
        fit(model, Watch(), callbacks.AggressiveEncoder(encoder, monitor="dev_information"))
    for layers in ([], model.layers, [keras.layers.Dense(2)]):
        with pytest.raises(ValueError, match="`encoder` has no trainable weight"):
            fit(model, Watch(), callbacks.AggressiveEncoder(layers))
    with pytest.raises(ValueError, match="max_steps"):
        callbacks.AggressiveEncoder(encoder, max_steps=0)


@pytest.mark.parametrize("use_ema", mostly_slow([False, True], [True]))
def test_after_pretraining_the_decoder_starts_anew_and_the_encoder_goes_on(use_ema):
    options = {"use_ema": True, "ema_momentum": 0.5} if use_ema else {}
    model, encoder = make_model(**options)
    initial = {v.path: v.numpy().copy() for v in model.variables}
    pretraining = callbacks.EncoderPretraining(model, encoder, encoder[1].rate_term, epochs=2)
    watch = fit(model, Watch(), pretraining, epochs=3)
    assert watch.moved == [BOTH] * BATCHES * 3

    class AtThird(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.weights = {v.path: v.numpy().copy() for v in self.model.variables}
                self.averages = (
                    [a.numpy().copy() for a in self.model.optimizer._model_variables_moving_average]
                    if use_ema
                    else []
                )

    model, encoder = make_model(**options)
    third = AtThird()
    pretraining = callbacks.EncoderPretraining(model, encoder, encoder[1].rate_term, epochs=2)
    fit(model, Watch(), pretraining, third, epochs=3)
    for path, value in third.weights.items():
        if path.startswith("decoder"):
            np.testing.assert_array_equal(value, initial[path])
        if path.startswith("hidden"):
            assert not np.array_equal(value, initial[path])
    for weight, average in zip(model.optimizer._trainable_variables, third.averages, strict=False):
        np.testing.assert_array_equal(average, third.weights[weight.path])


def test_the_rate_has_no_cost_in_pretraining_and_its_state_stays():
    term = SoftFreeBitsKL(5.0, step=0.2)
    model, encoder = make_model(term)
    pretraining = callbacks.EncoderPretraining(model, encoder, term, epochs=1)
    watch = fit(model, Watch(), pretraining, epochs=2)
    gammas = [
        [value for path, value in weights.items() if path.endswith("gamma")]
        for weights in watch.weights
    ]
    assert gammas[0] and gammas[0] == gammas[1]
    first, second = watch.logs
    assert first["penalty"] == 0.0 and first["rate"] > 0.0
    assert second["penalty"] > 0.0
    assert not term.pretraining


def penalties(model, *hooks, epochs=1, **options):
    return model.fit(X, X, len(X), epochs, 0, [*hooks], **options).history["penalty"]


def test_pretraining_happens_once_however_often_fit_is_called():
    term = SoftFreeBitsKL(5.0)
    model, encoder = make_model(term, run_eagerly=True)
    pretraining = callbacks.EncoderPretraining(model, encoder, term, epochs=2)
    assert penalties(model, pretraining) == [0.0]
    assert pretraining.state == {"epochs": 1, "restarted": False}
    first, second = penalties(model, pretraining, epochs=2)
    assert first == 0.0 < second
    kernel = model.get_layer("decoder").get_weights()[0]
    assert min(penalties(model, pretraining, epochs=2)) > 0.0
    assert pretraining.state == {"epochs": 5, "restarted": True}
    assert np.abs(model.get_layer("decoder").get_weights()[0] - kernel).max() < 1.0
    again = callbacks.EncoderPretraining(model, encoder, term, epochs=2)
    assert min(penalties(model, again, epochs=4, initial_epoch=3)) > 0.0
    assert again.state == {"epochs": 4, "restarted": True}


@pytest.mark.parametrize("where", mostly_slow(HOOKS, HOOKS[:1]))
def test_after_an_interrupted_pretraining_the_rate_counts(where):
    term = SoftFreeBitsKL(5.0)
    model, encoder = make_model(term)
    pretraining = callbacks.EncoderPretraining(model, encoder, term, epochs=1)
    interrupted(model, pretraining, where)
    assert not term.pretraining
    assert penalties(model)[0] > 0.0
    # With the callback it goes on, and validation counts the rate all the time.
    history = model.fit(X, X, len(X), 1, 0, [pretraining], validation_data=(X, X)).history
    assert history["penalty"] == [0.0] and history["val_penalty"][0] > 0.0


@pytest.mark.parametrize("first", [0, 1])
def test_one_fit_has_one_of_the_two_and_two_have_both(first):
    model, encoder = make_model()
    both = [
        callbacks.AggressiveEncoder(encoder),
        callbacks.EncoderPretraining(model, encoder, encoder[1].rate_term, epochs=1),
    ]
    with pytest.raises(ValueError, match="each decide what a step trains.* call `fit` twice"):
        fit(model, Watch([1.0]), both[first], both[1 - first])
    fit(model, Watch(), both[1])
    assert fit(model, Watch([1.0]), both[0]).moved == [{"hidden"}] * BATCHES


def test_every_latent_is_pretrained_for_nothing():
    terms = [KLDivergence(name=name) for name in ("top", "bottom")]
    inputs = keras.Input((3,))
    latents = [GaussianLatent(2, term, initial_scale=0.5) for term in terms]
    outputs = keras.layers.Dense(3)(keras.layers.Add()([latent(inputs) for latent in latents]))
    model = keras.Model(inputs, outputs)
    model.compile("adam", GaussianNLL(), run_eagerly=True)
    pretraining = callbacks.EncoderPretraining(model, latents, terms, epochs=1)
    history = model.fit(X, X, len(X), 2, 0, [pretraining]).history
    found = [history[term.trackers["penalty"].name] for term in terms]
    assert [first for first, _ in found] == [0.0, 0.0]
    assert min(second for _, second in found) > 0.0


def test_what_cannot_be_pretrained_is_named():
    with pytest.raises(ValueError, match="must be built"):
        callbacks.EncoderPretraining(
            keras.Sequential([keras.layers.Dense(3)]), [], MDRConstraint(1)
        )
    model, encoder = make_model()
    with pytest.raises(ValueError, match="`rate_term` must be a RateTerm or a list"):
        callbacks.EncoderPretraining(model, encoder, [encoder[1]])
    pretraining = callbacks.EncoderPretraining(model, encoder, encoder[1].rate_term)
    with pytest.raises(ValueError, match="the `model` that it was made for"):
        fit(make_model()[0], Watch(), pretraining)

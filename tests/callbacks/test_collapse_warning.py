import logging
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
from event_files import read_events, texts

from keras_vae_collapse.callbacks import CollapseWarning
from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import GaussianNLL, KLDivergence, MDRConstraint


def run_epochs(callback, rates, steps=1000):
    """Passes epochs with these rates through a callback, as `fit` does; `steps` in each."""
    optimizer = types.SimpleNamespace(iterations=0)
    callback.set_model(types.SimpleNamespace(optimizer=optimizer))
    callback.on_train_begin()
    for epoch, rate in enumerate(rates):
        callback.on_epoch_begin(epoch)
        optimizer.iterations += steps
        callback.on_epoch_end(epoch, {} if rate is None else {"rate": rate})
    callback.on_train_end()


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


def test_low_rate_warns_once_and_ends_with_advice(caplog):
    run_epochs(CollapseWarning(), [0.3, 0.2, 0.2, 0.2, 0.2])
    (message,) = warnings(caplog)
    assert "epoch 3 is 0.2 nats per example" in message
    assert "keras_vae_collapse.diagnostics.diagnose" in message
    assert CollapseWarning(advice="Try `this`.").message(0, 0.1).endswith(" Try `this`.")


def test_first_epochs_do_not_warn(caplog):
    run_epochs(CollapseWarning(after_epochs=3), [0.1, 0.1, 5.0, 5.0])
    assert warnings(caplog) == []


def test_first_steps_do_not_warn_however_many_epochs_they_are(caplog):
    run_epochs(CollapseWarning(after_steps=200), [0.1] * 19, steps=10)
    assert warnings(caplog) == []
    run_epochs(CollapseWarning(after_steps=200), [0.1] * 20, steps=10)
    assert "epoch 20" in warnings(caplog)[0]


def test_rate_at_the_threshold_does_not_warn(caplog):
    run_epochs(CollapseWarning(rate_nats=2.0, after_epochs=1), [2.0, 2.0])
    assert warnings(caplog) == []


def test_second_fall_warns_again_after_recovery(caplog):
    run_epochs(CollapseWarning(after_epochs=1), [0.5, 0.5, 3.0, 0.5, 0.5])
    assert [message.split(" is ")[0][-7:] for message in warnings(caplog)] == ["epoch 1", "epoch 4"]


def test_epochs_without_the_figure_do_not_count(caplog):
    run_epochs(CollapseWarning(after_epochs=1), [None, None])
    assert warnings(caplog) == []


def test_console_gets_the_warning_after_the_line_of_the_progress_bar(caplog):
    callback = CollapseWarning(after_epochs=1, after_steps=0)
    callback.set_model(types.SimpleNamespace(optimizer=types.SimpleNamespace(iterations=1)))
    callback.on_epoch_end(0, {"rate": 0.1})
    assert warnings(caplog) == []
    callback.on_epoch_begin(1)
    assert len(warnings(caplog)) == 1


def test_tensorboard_gets_the_warning_as_text_at_its_epoch(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    run_epochs(CollapseWarning(after_epochs=2, writer=writer), [0.1, 0.1, 0.1])
    (step, text), *others = texts(tmp_path, "collapse_warning").items()
    assert step == 1 and not others
    assert text.startswith("Posterior collapse")


def test_healthy_run_leaves_nothing_in_tensorboard(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    run_epochs(CollapseWarning(after_epochs=1, writer=writer), [9.0, 9.0])
    assert read_events(tmp_path) == []


def test_epochs_count_over_all_fits_of_a_model_and_anew_for_another(caplog):
    callback, optimizer = CollapseWarning(), types.SimpleNamespace(iterations=1000)
    models = [types.SimpleNamespace(optimizer=optimizer) for _ in range(2)]
    for model in [models[0]] * 3 + [models[1]] * 3:
        callback.set_model(model)
        callback.on_epoch_end(0, {"rate": 0.1})
        callback.on_train_end()
    assert len(warnings(caplog)) == 2 and "epoch 3" in warnings(caplog)[1]


def test_every_latent_is_watched_and_the_dead_ones_are_named(caplog):
    inputs = keras.Input((4,))
    latents = [
        GaussianLatent(2, KLDivergence(name=f"kl_{name}"), name=name, seed=0, initial_scale=scale)
        for name, scale in (("top", 0.01), ("middle", 1.0), ("bottom", 1.0))
    ]
    outputs = keras.layers.Concatenate()([latent(inputs) for latent in latents])
    model = keras.Model(inputs, keras.layers.Dense(4)(outputs))
    model.compile(keras.optimizers.SGD(1e-9), GaussianNLL())
    x = 0.1 * np.ones((8, 4), "float32")
    names = [latent.rate_term.trackers["rate"] for latent in latents]
    callback = CollapseWarning(after_epochs=1, after_steps=0)
    model.fit(x, x, epochs=2, verbose=0, callbacks=[callback])
    (message,) = warnings(caplog)
    assert f"of middle (`{names[1].name}`) and bottom (`{names[2].name}`): the rates" in message
    assert "top" not in message and len({name.name for name in names}) == 3


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        ("mse", "mean_squared_error"),
        (keras.losses.BinaryCrossentropy(), "binary_crossentropy"),
        ([None, "mae"], "mean_absolute_error"),
        (GaussianNLL(), None),
        (lambda y, p: 0.0, None),
        (None, None),
    ],
)
def test_the_warning_asks_for_a_sum_and_names_a_loss_that_averages(loss, name):
    callback = CollapseWarning()
    callback.set_model(types.SimpleNamespace(loss=loss))
    message = callback.message(0, 0.1)
    assert "Is your distortion summed" in message and "`LatentModel`" in message
    assert ("is an average" in message) is (name is not None)
    assert name is None or f"The loss `{name}` of Keras" in message


@pytest.mark.parametrize(
    ("rate_term", "warned"), [(KLDivergence(weight=50.0), True), (MDRConstraint(4.0), False)]
)
def test_fit_of_a_keras_vae_warns_when_and_only_when_it_collapses(rate_term, warned, caplog):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(16, "tanh")(inputs)
    z = GaussianLatent(2, rate_term=rate_term, seed=0)(hidden)
    model = keras.Model(inputs, keras.layers.Dense(4)(z))
    model.compile(keras.optimizers.Adam(0.02), GaussianNLL())
    x = np.random.default_rng(0).standard_normal((256, 4)).astype("float32")
    callback = CollapseWarning(after_epochs=6, after_steps=100)
    model.fit(x, x, epochs=8, batch_size=16, verbose=0, callbacks=[callback])
    assert bool(warnings(caplog)) is warned


@pytest.mark.parametrize(
    "options", [{"rate_nats": 0.0}, {"rate_nats": -1.0}, {"after_epochs": 0}, {"after_steps": -1}]
)
def test_impossible_options_are_refused(options):
    (name,) = options
    with pytest.raises(ValueError, match=f"`{name}` must .* Received: {name}="):
        CollapseWarning(**options)

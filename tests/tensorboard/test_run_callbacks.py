"""What one training leaves for TensorBoard, without the browser."""

import types

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from event_files import hparams_content, read_events, tags, texts
from small_model import run_epochs

from keras_vae_collapse.callbacks import CollapseWarning, DevEvaluation
from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import MDRConstraint
from keras_vae_collapse.metrics import rate
from keras_vae_collapse.tensorboard import tensorboard_callbacks, tensorboard_results

tfd = tfp.distributions
EPOCHS = 3


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """The logs of three epochs of a small VAE and of its final figures."""
    logs = tmp_path_factory.mktemp("logs")
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).standard_normal((16, 3)).astype("float32")
    inputs = keras.Input((3,))
    latent = GaussianLatent(4, rate_term=MDRConstraint(5.0), seed=0)
    model = keras.Model(inputs, keras.layers.Dense(3)(latent(inputs)))
    model.compile("adam", "mse")
    rows = [(f"row {i}",) for i in range(len(x))]
    gold = ["out"] * len(x)
    view = types.SimpleNamespace(columns=("input",), rows=rows, gold=gold, prior=None, latest=None)

    def evaluate():
        loc, scale = (np.asarray(part) for part in latent.parameters(tf.constant(x)))
        view.latest = types.SimpleNamespace(outputs=gold, loc=loc, scale=scale)
        return {"rate": float(rate(loc, scale).mean())}

    hparams = {"recipe": "mdr", "rate_term": {"rate_nats": 5.0}, "seed": 7}
    hooks = [
        keras.callbacks.TensorBoard(logs, write_graph=False),
        DevEvaluation(evaluate),
        *tensorboard_callbacks(logs, hparams, view, advice="Good luck."),
    ]
    model.fit(x, x, epochs=EPOCHS, batch_size=4, callbacks=hooks, verbose=0)
    figures = {"accuracy": 0.25, "rate_nats": 5.0, "lines": 16}
    tensorboard_results(logs, figures, step=2, skip=("lines",))
    return logs


def test_before_an_evaluation_there_is_nothing_to_draw(tmp_path):
    view = types.SimpleNamespace(
        columns=("in",), rows=[("a",)], gold=["b"], prior=None, latest=None
    )
    for hook in tensorboard_callbacks(tmp_path, {}, view)[1:3]:
        run_epochs(hook, 1)
    assert not any("rate" in tag or "predictions" in tag for tag in tags(tmp_path / "dev"))


def test_each_figure_is_written_once_an_epoch_under_one_name_in_both_runs(logs):
    assert "epoch_rate" in tags(logs / "train") & tags(logs / "dev")
    assert "epoch_multiplier" in tags(logs / "train")
    assert not [tag for tag in tags(logs / "train") if "dev" in tag]
    for part in ("train", "dev"):
        steps = [step for step, tag, _ in read_events(logs / part) if tag == "epoch_rate"]
        assert steps == list(range(EPOCHS))


def test_picture_and_table_of_the_same_epoch_as_the_scalars(logs):
    events = read_events(logs / "dev")
    pictures = [step for step, tag, _ in events if tag == "rate_per_dimension"]
    assert pictures == [0, EPOCHS - 1]
    tables = texts(logs / "dev", "sample_predictions")
    assert sorted(tables) == list(range(EPOCHS))
    assert tables[0].startswith("16 of 16 right.") and "| row 15 |" in tables[0]
    last = (logs / "dev" / "rate_per_dimension.tsv").read_text().splitlines()[-1]
    per_dimension = [float(value) for value in last.split("\t")[1:]]
    assert len(per_dimension) == 4
    total = [float(value) for _, tag, value in events if tag == "epoch_rate"][-1]
    assert sum(per_dimension) == pytest.approx(total, rel=1e-4)


def test_hyperparameters_are_flat_and_the_session_has_an_end(logs):
    hparams = hparams_content(logs / "dev", "_hparams_/session_start_info").session_start_info
    assert hparams.hparams["recipe"].string_value == "mdr"
    assert hparams.hparams["rate_term.rate_nats"].number_value == 5.0
    assert hparams.hparams["seed"].number_value == 7.0
    end = hparams_content(logs / "dev", "_hparams_/session_end_info")
    assert end.HasField("session_end_info")


def test_final_figures_stand_at_the_step_of_the_weights(logs):
    events = read_events(logs / "dev")
    final = {tag: (step, float(value)) for step, tag, value in events if tag.startswith("final/")}
    assert final == {"final/accuracy": (2, 0.25), "final/rate_nats": (2, 5.0)}


def test_pictures_are_of_the_rate_under_the_prior_of_the_model(tmp_path):
    latest = types.SimpleNamespace(outputs=["a"] * 9, loc=np.zeros((9, 2)), scale=np.ones((9, 2)))
    prior = tfd.Normal([1.0, -2.0], 1.0)
    view = types.SimpleNamespace(
        columns=("input",), rows=[("a",)] * 9, gold=["a"] * 9, prior=prior, latest=latest
    )
    pictures = tensorboard_callbacks(tmp_path, {}, view)[1]
    run_epochs(pictures, 1)
    line = (tmp_path / "dev" / "rate_per_dimension.tsv").read_text().splitlines()[1]
    rates = [float(cell) for cell in line.split("\t")[1:]]
    # Half of the squares of the means, by 144 samples: standard errors 0.08 and 0.17.
    assert abs(rates[0] - 0.5) < 0.42 and abs(rates[1] - 2.0) < 0.84


def test_the_warning_ends_with_the_advice_and_stands_beside_the_figures(tmp_path):
    view = types.SimpleNamespace(columns=("input",), rows=[("a",)], gold=["a"], latest=None)
    hooks = tensorboard_callbacks(tmp_path, {}, view, advice="Good luck.")
    (warning,) = (hook for hook in hooks if isinstance(hook, CollapseWarning))
    optimizer = types.SimpleNamespace(iterations=1000)
    warning.set_model(types.SimpleNamespace(optimizer=optimizer))
    for epoch in range(3):
        warning.on_epoch_end(epoch, {"rate": 0.1})
    (text,) = texts(tmp_path / "dev", "collapse_warning").values()
    assert "epoch 3" in text and text.endswith("Good luck.")

"""What one training leaves for TensorBoard, without the browser."""

import json

import keras
import pytest
from event_files import read_events, tags, texts
from tensorboard.plugins.hparams import plugin_data_pb2

from keras_vae_collapse import callbacks, layers, losses, models
from keras_vae_collapse.core.files import write_json
from keras_vae_collapse.runs.run_directory import RunDirectory
from keras_vae_collapse.tasks.reinflection import Example, Vocabulary, encode_examples
from keras_vae_collapse.tensorboard.run_callbacks import tensorboard_callbacks, tensorboard_results
from keras_vae_collapse.training.batch_plan import BatchPlan
from keras_vae_collapse.training.evaluation import EncodedExamples, quick_figures
from keras_vae_collapse.training.pipeline import training_dataset

EPOCHS = 3
STEMS = ("ev", "göz", "kız", "yol", "kol", "gül", "baş", "diş")
EXAMPLES = [Example(f"{stem}ler", "pos=N,case=ABL", f"{stem}den") for stem in STEMS]
RECIPE = {
    "name": "mdr",
    "paper": "a paper",
    "summary": "a summary",
    "latent_dim": 4,
    "rate_options": {"rate_nats": 5.0},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run directory after three epochs of a tiny model and the final figures."""
    run = RunDirectory(tmp_path_factory.mktemp("run"))
    data = {"name": "nowhere", "language": "turkish", "task": 3}
    write_json(run.config, {"recipe": RECIPE, "seed": 7, "data": data})
    run.logs.mkdir(exist_ok=True)
    keras.utils.set_random_seed(0)
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    model = models.ReinflectionVAE(
        vocabulary,
        encoder=layers.WordEncoder(vocabulary.size, 8, 4),
        latent=layers.GaussianLatent(4, rate_term=losses.MDRConstraint(5.0), seed=0),
        decoder=models.InflectionDecoder(vocabulary.size, 8, 4, 4),
    )
    model.compile(optimizer="adam")
    arrays = encode_examples(EXAMPLES, vocabulary)
    plan = BatchPlan.of(arrays, 4, 0)
    encoded = EncodedExamples(model, EXAMPLES)
    hooks = [
        keras.callbacks.TensorBoard(run.logs, write_graph=False),
        callbacks.DevEvaluation(lambda: quick_figures(encoded)),
        *tensorboard_callbacks(run, encoded),
    ]
    model.fit(
        training_dataset(arrays, plan),
        epochs=EPOCHS,
        steps_per_epoch=plan.steps_per_epoch,
        callbacks=hooks,
        verbose=0,
    )
    figures = {"accuracy": 0.25, "rate_nats": 5.0}
    tensorboard_results(run, model, EXAMPLES, figures, step=2)
    return run


def test_scalars_of_training_and_development_set_share_their_names(run):
    dev = tags(run.logs / "dev")
    for name in ("distortion", "rate"):
        assert f"epoch_{name}" in dev and f"epoch_{name}" in tags(run.logs / "train")
    assert {"epoch_accuracy", "epoch_active_units", "epoch_z_gap"} <= dev
    assert {"epoch_multiplier", "epoch_gap"} <= tags(run.logs / "train")


def test_no_figure_is_written_twice(run):
    for part in ("train", "dev"):
        written = [(step, tag) for step, tag, _ in read_events(run.logs / part)]
        scalars = [key for key in written if key[1].startswith("epoch_")]
        assert len(scalars) == len(set(scalars)) > 0
    assert not [tag for tag in tags(run.logs / "train") if "dev" in tag]


def test_every_epoch_has_its_scalars(run):
    steps = [step for step, tag, _ in read_events(run.logs / "dev") if tag == "epoch_rate"]
    assert steps == list(range(EPOCHS))


def test_picture_and_table_of_the_same_epoch_as_the_scalars(run):
    events = read_events(run.logs / "dev")
    pictures = [step for step, tag, _ in events if tag == "rate_per_dimension"]
    assert pictures == [0, EPOCHS - 1]
    assert sorted(texts(run.logs / "dev", "sample_predictions")) == list(range(EPOCHS))
    last = (run.logs / "dev" / "rate_per_dimension.tsv").read_text().splitlines()[-1]
    per_dimension = [float(value) for value in last.split("\t")[1:]]
    rate = [float(value) for _, tag, value in events if tag == "epoch_rate"][-1]
    assert len(per_dimension) == 4
    assert sum(per_dimension) == pytest.approx(rate, rel=1e-4)


def test_hyperparameters_are_the_flattened_recipe_with_seed_and_data(run):
    hparams = session(run, "_hparams_/session_start_info").session_start_info.hparams
    assert hparams["recipe"].string_value == "mdr"
    assert hparams["rate_options.rate_nats"].number_value == 5.0
    assert hparams["seed"].number_value == 7.0
    assert hparams["data.language"].string_value == "turkish"
    assert not {"paper", "summary", "name"} & set(hparams)
    assert session(run, "_hparams_/session_end_info").HasField("session_end_info")


def session(run, tag):
    import glob
    import os

    import tensorflow as tf
    from tensorboard.compat.proto.event_pb2 import Event

    for path in glob.glob(os.path.join(run.logs / "dev", "events*")):
        for record in tf.data.TFRecordDataset(path):
            for value in Event.FromString(record.numpy()).summary.value:
                if value.tag == tag:
                    content = value.metadata.plugin_data.content
                    return plugin_data_pb2.HParamsPluginData.FromString(content)
    raise AssertionError(f"no {tag}")


def test_final_figures_are_those_of_the_best_epoch(run):
    events = read_events(run.logs / "dev")
    final = {tag: (step, float(value)) for step, tag, value in events if tag.startswith("final/")}
    assert final == {"final/accuracy": (2, 0.25), "final/rate_nats": (2, 5.0)}


def test_projector_has_every_word_once(run):
    folder = run.logs / "dev"
    assert "projector/latent.tsv" in (folder / "projector_config.pbtxt").read_text()
    assert len((folder / "projector" / "latent.tsv").read_text().splitlines()) == len(STEMS)
    assert json.loads(run.config.read_text())["seed"] == 7

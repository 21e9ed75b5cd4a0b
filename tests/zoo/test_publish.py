import json
import pathlib

import numpy as np
import pytest
from training_runs import write_data

import zoo
from keras_vae_collapse.core.files import sha256, write_json
from keras_vae_collapse.runs import RunError, load_model
from keras_vae_collapse.tasks.reinflection import Example
from keras_vae_collapse.tasks.reinflection.task import DEFAULT_AUGMENTATION
from zoo import pretrained_models, publish


@pytest.mark.slow
def test_a_published_run_loads_and_answers_as_before(tiny_run, tmp_path, monkeypatch):
    run, metrics = tiny_run.directory, tiny_run.metrics
    for module in (publish, pretrained_models):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    folder = publish.publish(run.path, "tiny")
    assert list(zoo.pretrained()) == ["tiny"]
    words, features = ["evler", "göz"], ["pos=N,num=PL", "pos=N,num=SG"]
    before = load_model(run.path)
    assert zoo.load("tiny").inflect(words, features) == before.inflect(words, features)
    record = json.loads((folder / "metrics.json").read_text())
    assert record["half_precision"]
    for weight, published in zip(before.get_weights(), zoo.load("tiny").get_weights(), strict=True):
        np.testing.assert_allclose(published, weight, rtol=2**-11, atol=3e-8)
    card = (folder / "card.md").read_text()
    for figures in (metrics["dev"], record["sample"]):
        assert f"{figures['accuracy']:.4f}" in card
    assert record["sample"]["rows"] == 40 and "40 rows of samples/turkish.tsv" in card
    assert record["unseen"]["rows"] == 0 and "0 rows of forms unseen in training | - |" in card
    assert "SHA-256" in card and "of data, whose licence is that of its makers" in card
    for data, licence in (("demo", "made by this project"), ("../data/sigmorphon2016", "CC BY-SA")):
        record["config"]["data"]["name"] = data
        assert licence in publish.card("tiny", record) and licence not in card
    # The run was made by overrides that its command does not show.
    assert "to repeat it add" in card and "--set=rate_term.rate_nats=6.0" in card
    record["config"]["command"] = ["--set", "rate_nats=6", "--set=latent_dim=4", "--epochs=3"]
    settings = publish.settings_since(record["config"])
    assert "hidden_units=16" in settings
    assert not [s for s in settings if s.startswith(("rate_term", "latent_dim", "epochs"))]
    path = folder / "model.keras"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(RunError, match="SHA-256"):
        zoo.load("tiny")
    with pytest.raises(RunError, match="There are: tiny"):
        zoo.load("other")


@pytest.mark.parametrize(
    ("greedy", "beam", "halved"), [(0.5, 0.6, True), (0.4, 0.6, False), (0.5, 0.5, False)]
)
def test_half_precision_must_cost_neither_greedy_nor_beam_accuracy(greedy, beam, halved):
    before, after = (
        {"accuracy": a, "beam": {"accuracy": b}} for a, b in ((0.5, 0.6), (greedy, beam))
    )
    assert publish._is_no_worse(after, before) == halved


def test_unseen_rows_have_neither_source_nor_target_in_training():
    class Model:
        def inflect(self, sources, features):
            return ["b"] * len(sources)

    train = [Example("x", "N", "y")]
    dev = [Example(s, "N", t) for s, t in (("a", "b"), ("x", "b"), ("a", "y"), ("c", "d"))]
    assert publish.unseen_figures(Model(), train, dev) == {"rows": 2, "accuracy": 0.5}


def test_a_card_tells_of_every_teacher():
    name = zoo.pretrained().popitem()[0]
    path = pretrained_models.FOLDER / name / "metrics.json"
    first = {"epochs": 2, "training_minutes": 1.5, "accuracy": 0.5, "pairs": 7}
    second = {"epochs": 3, "training_minutes": 4.0, "accuracy": 0.75, "pairs": 8, "teacher": first}
    last = {"epochs": 6, "best_epoch": 5, "training_minutes": 9.0}
    record = {**json.loads(path.read_text(encoding="utf-8")), **last, "teacher": second}
    assert (
        "Training: a teacher first, 2 epochs, 1.5 minutes, accuracy 0.5000, that made 7 further "
        "pairs; then another, 3 epochs, 2.5 minutes, accuracy 0.7500, that made 8 further pairs; "
        "then 6 epochs, 9.0 minutes; on 2 CPU cores. Weights of epoch 5, chosen by accuracy on the "
        "development set, averaged with the last teacher's."
    ) in publish.card(name, record)


class Model:
    """A model that is a number of bytes and gives every source back."""

    def __init__(self, content, halved=False):
        self.content, self.halved = content, halved

    def save(self, path):
        pathlib.Path(path).write_bytes(self.content)

    def inflect(self, sources, features):
        return list(sources)


@pytest.fixture
def published(tmp_path, monkeypatch):
    """`published(size, halved)`: a run is published whose halved model has such an accuracy."""
    run, asked, size_of = tmp_path / "run", [], {b"f": 1, b"h": 2}
    monkeypatch.setattr(publish, "FOLDER", tmp_path / "zoo")

    def load_model(folder):
        content = (pathlib.Path(folder) / "model.keras").read_bytes()
        return Model(b"f" * size_of[content[:1]] * len(content), halved=content[:1] == b"h")

    def halve(path):
        path.write_bytes(b"h" * (len(path.read_bytes()) // 2))

    def call(size, halved, **config):
        recipe = zoo.override(zoo.recipe("mdr"), ["latent_dim=5"]).to_config()
        recipe["augmentation"] = DEFAULT_AUGMENTATION
        data = {"name": str(write_data(tmp_path / "data")), "language": "turkish", "task": 3}
        data |= {"train_examples": 72, "dev_examples": 16}
        figures = {name: 1.0 for name in ("levenshtein", "rate_nats", "distortion_nats")}
        figures |= {"active_units": 3, "z_gap_nats": 2.0}
        before = {**figures, "accuracy": 0.5, "beam": {"accuracy": 0.75}}
        after = {**before, "accuracy": halved}
        metrics = {"dev": before, "epochs": 6, "best_epoch": 4, "training_minutes": 1.5,
                   "parameters": 99}  # fmt: skip
        config = {"recipe": recipe, "data": data, "seed": 7, "versions": {"keras": "3"},
                  "command": ["train.py"], **config}  # fmt: skip
        write_json(run / "config.json", config)
        write_json(run / "metrics.json", metrics)
        Model(b"f" * size).save(run / "model.keras")

        def evaluate(task, model, examples, seed):
            asked.append((model.halved, len(examples), seed))
            return after, None

        monkeypatch.setattr("keras_vae_collapse.training.evaluate", evaluate)
        folder = publish.publish(run, "mine")
        return folder, json.loads((folder / "metrics.json").read_text()), asked

    monkeypatch.setattr("keras_vae_collapse.runs.load_model", load_model)
    monkeypatch.setattr(publish, "halve", halve)
    return call


@pytest.mark.parametrize(("halved", "size"), [(0.5, 10), (0.25, 20)])
def test_what_is_published_is_the_better_of_both_files(published, halved, size):
    folder, record, asked = published(20, halved)
    assert asked == [(True, 16, 7)]  # the halved model, on the development set, with the run's seed
    assert len((folder / "model.keras").read_bytes()) == size
    assert record["half_precision"] == (size == 10) and record["dev"]["accuracy"] == 0.5
    assert record["sha256"] == sha256(folder / "model.keras")
    assert record["summary"] == (
        "mdr, turkish task 3: dev accuracy 0.500 greedy, 0.750 beam, rate 1.0 nats"
    )
    # Sources are given back: right are the words that are in the form that is asked for.
    assert record["sample"]["rows"] == 40 and record["unseen"] == {"rows": 0, "accuracy": None}
    card = (folder / "card.md").read_text()
    assert f"in {'half' if size == 10 else 'single'} precision" in card
    assert "the recipe has changed since, to repeat it add `--set=latent_dim=5`" in card


def test_examples_that_the_run_held_out_choose_nothing_here_either(published):
    assert published(20, 0.5, held_out=0.25)[2] == [(True, 12, 7)]


def test_a_model_of_8_mb_is_not_published(published, monkeypatch):
    monkeypatch.setattr(publish, "LARGEST", 10)
    with pytest.raises(RunError, match="model.keras has 10 bytes, 8 MB or more"):
        published(20, 0.5)
    assert not (publish.FOLDER / "mine" / "model.keras").exists()
    assert published(18, 0.5)[1]["half_precision"]


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        ([], ["hidden_units=96", "epochs=3"]),
        (["--set", "hidden_units=96", "--epochs=3"], []),
        (["--set=hidden_units=96", "--recipe=base"], ["epochs=3"]),
        (["--set=hidden_units=64", "--epochs=3", "--set"], ["hidden_units=96"]),
    ],
)
def test_a_card_says_which_settings_repeat_a_training(words, changed):
    recipe = zoo.override(zoo.recipe("base"), ["hidden_units=96", "epochs=3", "slot_spacing=9"])
    # A run has what its recipe leaves to the task as the task makes it.
    config = {**recipe.to_config(), "augmentation": DEFAULT_AUGMENTATION}
    config = {"recipe": config, "command": ["train.py", *words]}
    # Without slots their spacing is idle; the name is that of the recipe.
    assert sorted(publish.settings_since(config)) == sorted(changed)
    config["recipe"] |= {"slots": 2}
    assert {"slots=2", "slot_spacing=9.0"} <= set(publish.settings_since(config))


@pytest.mark.parametrize(
    ("kept", "chosen"),
    [
        (None, "Weights of epoch 5, chosen by accuracy on the development set."),
        (4, "Weights of epoch 5, chosen by accuracy on the development set, averaged with the"),
        (3, "Weights of epoch 30 of round 3, which was better on the development set than those "
            "after it, averaged with the last teacher's."),
        (2, "Weights of epoch 20 of round 2, which was better on the development set than those "
            "after it."),
    ],
)  # fmt: skip
def test_a_card_says_which_round_the_weights_are_of(kept, chosen):
    path = pretrained_models.FOLDER / "turkish-mdr" / "metrics.json"
    rounds = [{"best_epoch": 10 * number} for number in (1, 2, 3, 4)]
    record = {**json.loads(path.read_text(encoding="utf-8")), "best_epoch": 5}
    if kept:
        record |= {"kept_round": kept, "rounds": rounds}
    assert f"on 2 CPU cores. {chosen}" in publish.card("turkish-mdr", record)


@pytest.mark.parametrize(
    "words", [[], ["--run=x"], ["--name=x"], ["--cards", "--run=x", "--name=y"]]
)
def test_a_run_and_a_name_or_all_cards_are_asked_for(words, capsys):
    with pytest.raises(SystemExit, match="2"):
        publish.main(words)
    assert "give --run and --name, or --cards alone" in capsys.readouterr().err


def test_all_cards_are_written_again(tmp_path, monkeypatch):
    source = pretrained_models.FOLDER / "turkish-mdr"
    for module in (publish, pretrained_models):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    (tmp_path / "turkish-mdr").mkdir()
    (tmp_path / "turkish-mdr" / "metrics.json").write_bytes((source / "metrics.json").read_bytes())
    assert publish.main(["--cards"]) == 0
    expected = (source / "card.md").read_text(encoding="utf-8")
    assert (tmp_path / "turkish-mdr" / "card.md").read_text(encoding="utf-8") == expected


def test_what_a_run_does_not_say_is_named(published, monkeypatch, capsys):
    def lacking(run, name):
        return {}[f"{run} of {name}"]

    monkeypatch.setattr(publish, "publish", lambda run, name: f"{run} as {name}")
    assert publish.main(["--run=x", "--name=y"]) == 0
    assert capsys.readouterr().out == "written: x as y\n"
    monkeypatch.setattr(publish, "publish", lacking)
    assert publish.main(["--run=x", "--name=y"]) == 1
    assert capsys.readouterr().err == "publish: the files of x have no entry 'x of y'\n"

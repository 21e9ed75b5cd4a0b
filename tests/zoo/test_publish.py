import json

import numpy as np
import pytest

import zoo
from keras_vae_collapse.runs import RunError, load_model
from keras_vae_collapse.tasks.reinflection import Example
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

"""Models that inflect together, from strings to strings."""

import json

import numpy as np
import pytest
import tensorflow as tf
from small_export import EXAMPLES, small_model
from training_runs import tiny

from keras_vae_collapse.commands import evaluate, inflect
from keras_vae_collapse.export import export_model
from keras_vae_collapse.tasks import ReinflectionTask, TextTask
from keras_vae_collapse.tasks.reinflection import (
    DataWarning,
    Example,
    ReinflectionEnsemble,
    score_predictions,
)
from keras_vae_collapse.tasks.reinflection.endpoints import string_endpoints

WORDS = ["evler", "evde", "eldi", "gel", ""]
FEATURES = ["pos=N,case=ABL,num=SG", "pos=N,num=PL", "pos=V", "pos=N", "case=LOC"]


@pytest.fixture(scope="module")
def model():
    return small_model()


def other_model(examples=EXAMPLES, seed=1):
    """A model with other weights, and perhaps another vocabulary."""
    made = ReinflectionTask.from_examples(examples, []).model(tiny("base"))
    rng = np.random.default_rng(seed)
    for weight in made.trainable_weights:
        weight.assign(rng.normal(size=weight.shape))
    return made


@pytest.fixture(scope="module")
def ensemble(model):
    return ReinflectionEnsemble([model, other_model()])


def test_twice_the_same_model_answers_as_the_model(model):
    twice = ReinflectionEnsemble([model, model])
    ours, single = (which.inflect_n_best(WORDS, FEATURES, 4) for which in (twice, model))
    for found, expected in zip(ours, single, strict=True):
        assert [form for form, _ in found] == [form for form, _ in expected]
        np.testing.assert_allclose([p for _, p in found], [p for _, p in expected], rtol=1e-5)


def test_a_form_has_the_log_probability_of_the_product(ensemble):
    ((form, log_p),) = ensemble.inflect_n_best(WORDS[:1], FEATURES[:1], 1)[0]
    task = ReinflectionTask.from_examples(EXAMPLES, [])
    target = task.encode([Example(WORDS[0], FEATURES[0], form)])["target"]
    if target.shape[1] <= ensemble.max_length:
        assert target[0, -1] == 3
    mean = 0.0
    for member in ensemble.members:
        z, condition = member.decoding_inputs(tf.constant(WORDS[:1]), tf.constant(FEATURES[:1]))
        logits = member.decoder(z, condition, target).numpy()[0].astype("float64")
        mean = mean + logits / len(ensemble.members)
    mean[:, :3] = -np.inf  # padding, unknown and start
    mean -= np.logaddexp.reduce(mean, axis=-1, keepdims=True)
    assert log_p == pytest.approx(mean[np.arange(len(target[0])), target[0]].sum(), rel=1e-4)


def test_it_inflects_as_a_model_does(ensemble):
    forms = ensemble.inflect(WORDS, FEATURES, beam_width=4)
    n_best = ensemble.inflect_n_best(WORDS, FEATURES, 4)
    assert forms == [found[0][0] for found in n_best]
    with pytest.raises(ValueError, match="must look like key=value, not 'N;PL'"):
        ensemble.inflect(["evler"], ["N;PL"])
    with pytest.raises(ValueError, match="at most 512 characters"):
        ensemble.inflect(["e" * 600], ["pos=N"])


def test_letters_that_a_member_does_not_know_are_said_and_never_written(model):
    more = [*EXAMPLES, Example("żubr", "pos=N,num=PL", "żubry")]
    with pytest.warns(DataWarning, match="4 characters are not known to every model.*b u y ż"):
        mixed = ReinflectionEnsemble([model, other_model(more)])
    assert mixed.vocabulary.characters == model.vocabulary.characters
    forms = [form for n_best in mixed.inflect_n_best(WORDS, FEATURES, 4) for form, _ in n_best]
    assert set("".join(forms)) <= set(model.vocabulary.characters)


@pytest.mark.slow
def test_the_order_of_members_with_other_letters_changes_nothing():
    examples = [[*EXAMPLES, Example(word, "pos=N", word)] for word in ("abc", "xyz")]
    one, other = other_model(examples[0]), other_model(examples[1], seed=2)
    with pytest.warns(DataWarning):
        pair = ReinflectionEnsemble([one, other]), ReinflectionEnsemble([other, one])
    first, second = (ensemble.inflect_n_best(WORDS, FEATURES, 4) for ensemble in pair)
    for found, expected in zip(first, second, strict=True):
        np.testing.assert_allclose([p for _, p in found], [p for _, p in expected], rtol=1e-4)
        assert found[0][0] == expected[0][0]


def test_models_that_cannot_work_together_are_refused(model):
    tags = [Example("ev", "N;PL", "evler")]
    with pytest.raises(ValueError, match="',' and ';' between features"):
        ReinflectionEnsemble([model, other_model(tags)])
    with pytest.raises(ValueError, match="must share characters"):
        ReinflectionEnsemble([model, other_model([Example("ab", "pos=N", "abc")])])
    with pytest.raises(ValueError, match="must share features"):
        ReinflectionEnsemble([model, other_model([Example("ev", "tense=PST", "evd")])])
    with pytest.raises(ValueError, match="number 1 counted from 0 is a TextVAE"):
        ReinflectionEnsemble([model, TextTask("demo").model(tiny("base"))])
    with pytest.raises(ValueError, match="at least one model"):
        ReinflectionEnsemble([])


@pytest.mark.slow
def test_the_exported_ensemble_gives_its_answers(ensemble, tmp_path):
    export_model(ensemble, string_endpoints(ensemble), tmp_path / "export")
    loaded = tf.saved_model.load(tmp_path / "export")
    answers = loaded.inflect(tf.constant(WORDS), tf.constant(FEATURES))
    n_best = [found[0] for found in ensemble.inflect_n_best(WORDS, FEATURES, 1)]
    assert [form.decode() for form in answers["form"].numpy()] == [form for form, _ in n_best]
    np.testing.assert_allclose(
        answers["log_probability"], [log_p for _, log_p in n_best], rtol=1e-4
    )
    assert not hasattr(loaded, "encode") and not hasattr(loaded, "sample")


@pytest.fixture
def folders(ensemble, tmp_path):
    """The flags that name the members, and a file of examples."""
    for number, member in enumerate(ensemble.members):
        (tmp_path / f"run-{number}").mkdir()
        member.save(tmp_path / f"run-{number}" / "model.keras")
    rows = "".join(f"{e.source}\t{e.features}\t{e.target}\n" for e in EXAMPLES)
    (tmp_path / "gold.tsv").write_text(rows, encoding="utf-8")
    flags = [f"--model_dir={tmp_path / f'run-{number}'}" for number in range(2)]
    return flags, tmp_path / "gold.tsv"


@pytest.fixture(autouse=True)
def process_as_it_is(monkeypatch):
    monkeypatch.setattr("keras_vae_collapse.training.process.prepare_process", lambda: None)


@pytest.mark.slow
def test_evaluate_measures_the_ensemble_and_exports_it(ensemble, folders, tmp_path, capsys):
    (first, second), gold = folders
    paths = {name: tmp_path / name for name in ("json", "predictions", "export")}
    flags = [f"--{name}={path}" for name, path in paths.items()]
    assert evaluate.main([first, second, f"--file={gold}", *flags]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"ensemble of 2: {tmp_path / 'run-0'}, {tmp_path / 'run-1'}\n")
    figures = json.loads(paths["json"].read_text())
    outputs = [
        [form for form, _ in found]
        for found in ensemble.inflect_n_best(
            [e.source for e in EXAMPLES], [e.features for e in EXAMPLES], 8
        )
    ]
    assert figures["members"] == 2
    assert figures["beam"]["mrr"] == score_predictions(EXAMPLES, outputs)["mrr"]
    assert "rate_nats" not in figures
    written = paths["predictions"].read_text(encoding="utf-8").splitlines()
    assert [line.split("\t")[2] for line in written] == sum(outputs, [])
    assert (paths["export"] / "saved_model.pb").is_file()


def test_evaluate_probes_one_latent_only(folders, tmp_path, capsys):
    (first, second), gold = folders
    assert evaluate.main([first, second, f"--file={gold}", f"--labels={gold}"]) == 1
    assert "--labels probes the latent of one model" in capsys.readouterr().err


def test_inflect_answers_with_the_ensemble(ensemble, folders, tmp_path, capsys):
    (first, second), _ = folders
    asked = tmp_path / "asked"
    asked.write_text("evler\tpos=N,num=PL\neldi\tpos=V\n")
    assert inflect.main([first, second, f"--file={asked}"]) == 0
    expected = ensemble.inflect(["evler", "eldi"], ["pos=N,num=PL", "pos=V"])
    assert capsys.readouterr().out.splitlines() == expected


def test_folders_that_are_no_ensemble_are_named(folders, tmp_path, capsys):
    (first, _), gold = folders
    (tmp_path / "text").mkdir()
    TextTask("demo").model(tiny("base")).save(tmp_path / "text" / "model.keras")
    assert evaluate.main([first, f"--model_dir={tmp_path / 'text'}", f"--file={gold}"]) == 1
    error = capsys.readouterr().err
    assert "are no ensemble: `members` must be models of reinflection" in error

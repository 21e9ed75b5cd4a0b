import json
import math
import types

import numpy as np
import pytest
from training_runs import tiny

import zoo
from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.runs import load_model
from keras_vae_collapse.tasks import TextTask
from keras_vae_collapse.tasks.data_errors import DataError, DataWarning
from keras_vae_collapse.tasks.text import Sentence, TokenVocabulary
from keras_vae_collapse.tasks.text.diversity import SAMPLES
from keras_vae_collapse.training import build, evaluate, train

NAMES = "anna bert carl dora emil".split()
VERBS = "eats sleeps runs sings".split()
LINES = [
    f"{name} {verb} {place}" for name in NAMES for verb in VERBS for place in ("here", "there")
]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("texts") / "some.txt"
    path.write_text("".join(f"{line}\n" for line in LINES))
    return path


@pytest.fixture(scope="module")
def task(data):
    return TextTask(data)


@pytest.fixture(scope="module")
def run(task, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "text"
    return train(tiny("mdr", rate_nats=4), task, folder, epochs=2, verbose=0)


def test_ids_are_those_of_the_vocabulary_source_and_target_alike(task):
    arrays = task.encode([Sentence("anna eats"), Sentence("bert flies over there")])
    expected = [
        task.vocabulary.encode("anna eats"),
        task.vocabulary.encode("bert flies over there"),
    ]
    assert arrays["source"].tolist() == [expected[0] + [0, 0], expected[1]]
    np.testing.assert_array_equal(arrays["source"], arrays["target"])
    assert expected[1][1:3] == [1, 1] and arrays["source"].dtype == np.int32


def test_it_trains_and_leaves_every_file(run, task):
    files = run.directory
    for path in (files.config, files.model, files.export, files.metrics, files.predictions):
        assert path.exists()
    config = json.loads(files.config.read_text())
    assert config["task"] == config["data"]["task"] == "text"
    assert config["data"]["train_examples"] == 36 and config["data"]["dev_examples"] == 4
    assert config["recipe"]["tokens"] == "words" and config["recipe"]["length_limit"] == 200
    first = files.predictions.read_text().splitlines()[0].split("\t")
    assert first[0] == task.dev_examples[0].text
    assert run.model.reconstruct([first[0]]) == [first[1] if len(first) > 1 else ""]


def test_the_perplexities_follow_from_the_nats_and_the_symbols(run, task):
    dev = run.metrics["dev"]
    assert dev["symbols"] == sum(len(s.text.split()) + 1 for s in task.dev_examples)
    per_symbol = dev["count"] / dev["symbols"]
    for name, nats in (("elbo", "negative_elbo_nats"), ("iw", "iw_nll_nats")):
        assert math.log(dev[f"perplexity_{name}"]) == pytest.approx(dev[nats] * per_symbol)
    assert "beam" not in dev and 0 <= dev["exact_match"] <= 1 <= dev["perplexity_iw"]
    assert "perplexity of a word" in "\n".join(task.details(dev))


def test_a_loaded_model_gives_the_same_figures(run, task):
    again = TextTask.of_model(load_model(run.directory.path), task.dev_examples)
    figures, _ = evaluate(again, load_model(run.directory.path), task.dev_examples, beam_width=1)
    assert figures == run.metrics["dev"]


def test_weights_are_chosen_by_the_constrained_elbo(task, run):
    assert task.monitor == "constrained_elbo"
    newest = max(run.directory.checkpoints.glob("epoch-*.npz"))
    from keras_vae_collapse.runs.checkpoint import load_checkpoint

    history = load_checkpoint(newest)[1]["history"]
    scores = [-e["dev_distortion"] - max(e["dev_rate"], 4.0) for e in history]
    assert [e["dev_constrained_elbo"] for e in history] == pytest.approx(scores)
    assert run.metrics["best_epoch"] == 1 + int(np.argmax(scores))


def test_a_model_of_characters_reads_and_writes_them(data):
    task = TextTask(data, tokens="characters")
    model = build(task.complete(tiny("mdr")), task)
    assert model.vocabulary.unit == "characters" and " " in model.vocabulary.tokens
    assert task.max_length == max(map(len, (s.text for s in task.train_examples)))
    figures = task.figures(task.dev_examples, [[s.text[:-1]] for s in task.dev_examples])
    lengths = sum(len(s.text) for s in task.dev_examples)
    assert figures["token_error_rate"] == pytest.approx(4 / lengths)
    assert figures["symbols"] == lengths + 4


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["augmentation=Copies"], "'text' has no augmentation"),
        (["rounds.teachers=2"], "makes no further examples"),
        (["labelled=3"], "the task 'text' knows no labels. Received: labelled=3"),
        (["unlabeled=WordsAlone"], "the task 'text' knows no labels"),
        (["tokens=characters"], "tokens='characters', the task was made with tokens='words'"),
        (["length_limit=7"], "length_limit=7, the task was made with length_limit=200"),
    ],
)
def test_what_the_task_does_not_have_is_refused(task, settings, message):
    with pytest.raises(RecipeError, match=message):
        task.complete(zoo.override(zoo.recipe("mdr"), settings))


@pytest.mark.parametrize(
    "name", [n for n in zoo.recipes() if not zoo.recipe(n).unlabeled and n != "best"]
)
def test_every_recipe_builds_for_it(task, name):
    model = build(task.complete(tiny(name)), task)
    assert len(model.reconstruct(["anna eats there", "bert sleeps"])) == 2


def test_what_is_too_long_is_left_out_and_counted(tmp_path):
    path, dev = tmp_path / "train.txt", tmp_path / "valid.txt"
    path.write_text("a b c d\na b\na\n")
    dev.write_text("a\nb\na b c d e\n")
    with pytest.warns(DataWarning) as warned:
        task = TextTask(tmp_path, length_limit=3)
    texts = [str(w.message) for w in warned]
    assert {w.filename for w in warned} == {__file__}
    assert texts[0].startswith("1 of 3 training sentences have more than 3 words")
    assert f"{path}, line 1: 4 words, 'a b c d'" in texts[0]
    assert "1 of 3 development" in texts[1] and f"{dev}, line 3: 5 words" in texts[1]
    assert [s.text for s in task.train_examples + task.dev_examples] == ["a b", "a", "a", "b"]
    assert task.max_length == 2
    path.write_text("a b c d\n")
    with pytest.raises(DataError, match="too few training sentences are left.*line 1"):
        TextTask(tmp_path, length_limit=3)
    path.write_text("a b\n")
    dev.write_text("a\na b c d e\n")
    with pytest.raises(DataError, match="too few development sentences are left: 1 of 2"):
        TextTask(tmp_path, length_limit=3)


@pytest.mark.parametrize(
    "option", [{"tokens": "letters"}, {"vocabulary_limit": 0}, {"length_limit": 0}]
)
def test_an_option_outside_its_range_is_named(option):
    with pytest.raises(ValueError, match=f"`{next(iter(option))}` must be"):
        TextTask("demo", **option)


def test_no_sentences_are_no_rows_of_one_column(task):
    assert task.encode([])["source"].shape == (0, 1)


FIGURES = {
    "exact_match": 0.5, "token_error_rate": 0.25, "count": 2, "symbols": 6, "unknown_tokens": 1,
    "perplexity_elbo": 1234.5678, "perplexity_iw": 2.5, "distinct_1": 0.125, "distinct_2": 0.75,
}  # fmt: skip


def test_the_table_shows_greedy_and_beam_search_and_bleu_where_it_is_there(task):
    alone = [("exact match", "0.5000", "0.5000"), ("token error rate", "0.2500", "0.2500")]
    assert task.table(FIGURES) == alone
    beam = {"exact_match": 1.0, "token_error_rate": 0.125, "bleu": 50.0}
    rows = task.table({**FIGURES, "bleu": 25.0, "beam": beam})
    assert rows[:2] == [
        ("exact match", "0.5000", "1.0000"),
        ("token error rate", "0.2500", "0.1250"),
    ]
    assert len(rows) == 3 and rows[2][1].startswith("25") and rows[2][2].startswith("50")


def test_the_details_are_counted_in_words_without_the_ends(task):
    lines = [" ".join(line.split()) for line in task.details(FIGURES)]
    assert lines[:3] == [
        "perplexity of a word, by the ELBO 1,234.568",
        "perplexity of a word, importance-weighted 2.500",
        "unknown words 25.00%",  # one of six symbols, two of which are ends
    ]
    assert [line.split()[-1] for line in lines[3:5]] == ["0.1250", "0.7500"]
    assert "the end of a sentence as a word: 3.00 words a sentence" in lines[5]
    assert lines[6].startswith("for BLEU and self-BLEU: pip install") and len(lines) == 7
    more = task.details({**FIGURES, "bleu": 25.0, "self_bleu": 10.0, "symbols": 2})
    assert len(more) == 7 and "100.00%" in more[2] and "pip" not in "".join(more)


def test_the_tokens_that_a_model_does_not_know_are_told_in_one_warning():
    for texts, message in (
        (["a x", "b"], "1 of 3 words unknown to the model: 'x'"),
        (["x", "y"], "no token of the 2 given sentences is known"),
    ):
        with pytest.warns(DataWarning) as warned:
            task = TextTask.of_model(a_model(), [Sentence(text) for text in texts])
        assert [str(w.message)[: len(message)] for w in warned] == [message]
    assert task.options == {"tokens": "words", "vocabulary_limit": 10_000, "length_limit": 200}
    assert task.data == {"name": "examples", "task": "text"}
    with pytest.raises(DataError, match="too few given sentences are left: 1 of 2"):
        TextTask.of_model(a_model(), [Sentence("a"), Sentence("a b c d a b")])


def a_model(**given):
    """What the task asks of a model that reads five tokens."""
    vocabulary = TokenVocabulary.from_texts(["a b c d"])
    return types.SimpleNamespace(
        vocabulary=vocabulary, codec=types.SimpleNamespace(max_tokens=5), **given
    )


def test_the_limits_of_training_and_of_the_model_hold_in_an_evaluation():
    sentences = [Sentence(text) for text in ("a", "b", "a b c", "a b c d a b")]
    for limit, kept in ((2, 2), (None, 3), (99, 3)):
        with pytest.warns(DataWarning, match=f"{4 - kept} of 4 given sentences have more than"):
            task = TextTask.of_model(a_model(), sentences, limit)
        assert task.dev_examples == sentences[:kept]


def test_samples_of_the_prior_follow_the_seed(task):
    asked = []

    def sample(count, seed):
        asked.append((count, seed))
        return ["a b", "c d"]

    figures = {"count": 2, "symbols": 6, "negative_elbo_nats": 3.0, "iw_nll_nats": 1.5}
    found = task.further_figures(figures, a_model(sample=sample), seed=5)
    assert asked == [(SAMPLES, 5)] and found["distinct_1"] == 1.0
    assert found["perplexity_elbo"] == pytest.approx(math.e)
    task.further_figures(figures, a_model(sample=sample))
    assert asked[1:] == [(500, 0)]
    assert found["perplexity_iw"] == pytest.approx(math.exp(0.5))


def test_a_development_set_of_unknown_tokens_is_worth_a_warning(data, tmp_path):
    dev = tmp_path / "dev.txt"
    dev.write_text("un deux\ntrois\n")
    with pytest.warns(
        DataWarning, match="no token of the 2 development sentences.*dev.txt, line 1"
    ):
        TextTask(data, dev=dev)
    dev.write_text("un deux\nanna trois\n")
    task = TextTask(data, dev=dev)  # a warning would be an error of the test run below
    assert task.figures(task.dev_examples, [[""], [""]])["unknown_tokens"] == 3


def test_the_description_changes_with_the_sentences_of_either_part(data, task, tmp_path):
    sums = {task.description()["sha256"], TextTask(data).description()["sha256"]}
    assert len(sums) == 1
    # The same sentences, cut at another place.
    for name, train_lines, dev_lines in (
        ("a", "x\ny\n", "z\nu\nv\n"),
        ("b", "x\ny\nz\n", "u\nv\n"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "train.txt").write_text(train_lines)
        (folder / "valid.txt").write_text(dev_lines)
        with pytest.warns(DataWarning):
            sums.add(TextTask(folder).description()["sha256"])
    assert len(sums) == 3


def test_the_projector_of_the_demo_shows_the_factors():
    task = TextTask("demo")
    task.dev_examples = task.dev_examples[:5]
    _, columns, rows = task.latent_table(build(task.complete(tiny("base")), task))
    assert columns == ("sentence", "subject", "number", "verb", "tense", "place")
    assert rows[0][0].endswith(f"{rows[0][-1]} .") and len(rows) == 5


def test_the_projector_shows_sentences_alone_where_there_are_no_factors(task):
    model = build(task.complete(tiny("base")), task)
    vectors, columns, rows = task.latent_table(model)
    texts = [sentence.text for sentence in task.dev_examples]
    assert columns == ("sentence",) and rows == [(text,) for text in texts]
    np.testing.assert_allclose(vectors, model.encode(texts)[0], rtol=1e-5, atol=1e-6)
    assert task.prior_samples(model, 2) == task.prior_samples(model, 2, seed=0)
    assert task.prior_samples(model, 2) != task.prior_samples(model, 2, seed=1)


def test_twenty_sentences_from_the_prior_are_left_for_people(task, run):
    lines = run.directory.samples.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    assert lines == run.model.sample(20, seed=0)
    assert task.prior_samples(run.model, 3, seed=1) == [(s,) for s in run.model.sample(3, seed=1)]


def test_a_model_of_another_task_is_refused():
    with pytest.raises(ValueError, match="a object is not a model of sentences"):
        TextTask.of_model(object(), [])

import json
import types

import pytest
from training_runs import write_data

import zoo
from keras_vae_collapse.commands.model_dir import (
    gold_examples,
    model_folder,
    run_record,
    sample_file,
    writable_folder,
)
from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.tasks.registry import reinflection_task
from keras_vae_collapse.tasks.reinflection import load_data
from keras_vae_collapse.training.held_out import parted
from zoo.pretrained_models import FOLDER, pretrained


def test_a_pretrained_model_has_a_name():
    assert {name: model_folder(name) for name in pretrained()} == {
        name: FOLDER / name for name in pretrained()
    }


def test_a_run_comes_before_a_pretrained_model_of_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "turkish-best").mkdir()
    assert model_folder("turkish-best") == FOLDER / "turkish-best"
    (tmp_path / "turkish-best" / "model.keras").touch()
    assert model_folder("turkish-best").resolve() == tmp_path / "turkish-best"


def test_a_name_that_is_none_is_answered_with_those_there_are():
    with pytest.raises(RunError, match="turkish-bst.*finnish-mdr.*Did you mean 'turkish-best'"):
        model_folder("turkish-bst")


def test_nothing_is_written_into_the_installation(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert writable_folder(FOLDER / "turkish-best").resolve() == tmp_path
    assert capsys.readouterr().out.count("\n") == 1
    assert writable_folder(tmp_path) == tmp_path and not capsys.readouterr().out


def options(file=None):
    return types.SimpleNamespace(file=file, task="auto")


def test_examples_are_by_default_those_of_the_development_set(tmp_path, capsys):
    data = {"name": "demo", "language": "turkish", "task": 3}
    (tmp_path / "config.json").write_text(json.dumps({"data": data}))
    assert gold_examples(options(), tmp_path) == load_data("demo")[1]
    (tmp_path / "config.json").write_text(json.dumps({"data": data, "held_out": 0.25}))
    assert gold_examples(options(), tmp_path) == parted(load_data("demo")[1], 0.25)[0]
    samples = sample_file(FOLDER / "finnish-best")
    assert len(gold_examples(options(), FOLDER / "finnish-best")) >= 30
    assert capsys.readouterr().out == f"examples: {samples}\n"  # of a run: nothing
    assert gold_examples(options(samples), tmp_path) == gold_examples(options(samples), FOLDER)
    with pytest.raises(RunError, match="use --file"):
        gold_examples(options(), tmp_path.parent)


def test_examples_are_those_of_the_development_file_of_the_run(tmp_path):
    (tmp_path / "dev").write_text("ev\tpos=N,case=ABL\tevden\n", encoding="utf-8")
    data = {"name": str(write_data(tmp_path / "data")), "language": "turkish", "task": 3}
    data["dev"] = str(tmp_path / "dev")
    (tmp_path / "config.json").write_text(json.dumps({"data": data}))
    assert [example.target for example in gold_examples(options(), tmp_path)] == ["evden"]


@pytest.mark.parametrize(
    "text",
    [
        "[]", "null", '{"data": 3}', '{"data": ', '{"recipe": []}', "\\xff", '{"held_out": "x"}',
        '{"data": {"name": null, "language": "turkish", "task": 3}}',
    ],
)  # fmt: skip
def test_a_damaged_record_of_a_run_is_named(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(RunError, match=r"config\.json is damaged"):
        run_record(tmp_path)


def test_the_configuration_in_the_record_of_a_pretrained_model_is_looked_at_too(tmp_path):
    record = {"dev": {}, "config": {"data": {"name": None, "language": "turkish", "task": 3}}}
    (tmp_path / "metrics.json").write_text(json.dumps(record))
    with pytest.raises(RunError, match=r"metrics\.json is damaged: .* data\.name=null"):
        gold_examples(options(), tmp_path)


@pytest.mark.parametrize("task", ["reinflection", "text"])
def test_a_record_that_names_no_data_asks_for_a_file(tmp_path, task):
    (tmp_path / "config.json").write_text(json.dumps({"task": task, "data": {"dev": "gone"}}))
    with pytest.raises(RunError, match="use --file"):
        gold_examples(options(), tmp_path)


def test_examples_of_a_run_that_learnt_from_words_alone_are_those_it_was_judged_on(tmp_path):
    words = tmp_path / "words"
    words.write_text("".join(f"kitap{end}\n" for end in "abcdefghijklmnopqrst"), encoding="utf-8")
    recipe, files = zoo.recipe("word_vae"), write_data(tmp_path / "data")
    task = reinflection_task(recipe, files, unlabeled=[words])
    config = {"data": task.description(), "recipe": recipe.to_config()}
    (tmp_path / "config.json").write_text(json.dumps(config))
    found = gold_examples(options(), tmp_path)
    assert found == task.dev_examples != load_data(files)[1]


def test_examples_of_a_run_of_sentences_are_sentences(tmp_path):
    (tmp_path / "train.txt").write_text("a b\nb c\n")
    (tmp_path / "valid.txt").write_text("b a\nc a\n")
    config = {"task": "text", "data": {"name": str(tmp_path)}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(RunError, match="use --file"):  # no recipe, no tokens
        gold_examples(options(), tmp_path)
    recipe = zoo.recipe("base").replace(tokens="words").to_config()
    (tmp_path / "config.json").write_text(json.dumps({**config, "recipe": recipe}))
    assert [s.text for s in gold_examples(options(), tmp_path)] == ["b a", "c a"]
    found = gold_examples(options(str(tmp_path / "train.txt")), tmp_path)
    assert [s.text for s in found] == ["a b", "b c"]

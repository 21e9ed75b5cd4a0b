import keras
import pytest
from small_export import EXAMPLES, small_model
from training_runs import tiny

from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.reinflection import DataWarning, Example
from keras_vae_collapse.tasks.reinflection.further_examples import FURTHER_EXAMPLES

TASK = ReinflectionTask.from_examples(EXAMPLES[:2], EXAMPLES[2:])


def test_the_data_are_described_by_name_sizes_and_checksum():
    description = TASK.description()
    assert (description["train_examples"], description["dev_examples"]) == (2, 1)
    other = ReinflectionTask.from_examples(EXAMPLES[1:2], EXAMPLES[2:]).description()
    assert len(description["sha256"]) == 64 and other["sha256"] != description["sha256"]
    assert TASK.description() == description


def test_the_development_examples_are_described_too():
    changed = ReinflectionTask.from_examples(EXAMPLES[:2], EXAMPLES[1:2])
    assert changed.description()["sha256"] != TASK.description()["sha256"]


@pytest.mark.parametrize("augmentation", [None, {"class": "Copies"}])
def test_the_training_examples_are_those_and_their_augmentation(augmentation):
    found = TASK.training_examples(tiny("base").replace(augmentation=augmentation))
    assert found[:2] == EXAMPLES[:2]
    assert {e.target for e in found[2:]} == (
        augmentation and {"evler", "evden", "evde", "evlerde"} or set()
    )


def test_the_vocabulary_is_that_of_the_training_examples(tmp_path):
    known, unknown = Example("ev", "pos=N", "evler"), Example("kuş", "pos=V,num=PL", "kuşlar")
    (tmp_path / "turkish-task3-train").write_text("ev\tpos=N\tevler\n" * 2, encoding="utf-8")
    (tmp_path / "turkish-task3-dev").write_text("kuş\tpos=V\tkuşlar\n", encoding="utf-8")
    with pytest.warns(DataWarning, match="'k'"):
        from_files = ReinflectionTask(tmp_path)
    for task in (from_files, ReinflectionTask.from_examples([known], [unknown])):
        assert task.vocabulary.characters == tuple("elrv")
        assert task.vocabulary.features == ("pos=N",) and task.vocabulary.max_length == 5
        assert (task.vocabulary_size, task.condition_size, task.max_length) == (8, 2, 15)


def test_examples_that_are_written_are_read_again(tmp_path):
    for examples in (EXAMPLES, []):
        TASK.write_examples(tmp_path / "examples.tsv", examples)
        read = TASK.read_examples(tmp_path / "examples.tsv")
        assert [(e.source, e.features, e.target) for e in read] == [
            (e.source, e.features, e.target) for e in examples
        ]


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"class": "BackTranslations"}, "Did you mean 'BackTranslation'"),
        ({"class": "BackTranslation", "label": 3}, "`rounds.examples`: .*'label'"),
        ({}, "must be one of BackTranslation, Distillation. Received: None"),
    ],
)
def test_further_examples_of_no_known_kind_are_refused(part, message):
    with pytest.raises(ValueError, match=message):
        TASK.further_examples(part, model=None)


def test_further_examples_are_of_the_training_examples_by_the_seed(monkeypatch):
    def own(examples, inflect, labels, seed):
        return [(examples, labels, seed)]

    monkeypatch.setitem(FURTHER_EXAMPLES, "Own", own)
    found = TASK.further_examples({"class": "Own", "labels": 3}, model=None, seed=5)
    assert found == [(TASK.train_examples, 3, 5)]


def test_the_task_of_a_model_has_its_vocabulary_and_warns_of_what_it_does_not_know():
    model = small_model()
    task = ReinflectionTask.of_model(model, EXAMPLES)
    assert task.vocabulary == model.vocabulary and task.dev_examples == EXAMPLES
    with pytest.warns(DataWarning, match="character 'q'"):
        ReinflectionTask.of_model(model, [Example("q", "pos=V", "el")])
    with pytest.raises(ValueError, match="without a gold form"):
        ReinflectionTask.of_model(model, [Example("evler", "pos=V", None)])
    with pytest.raises(ValueError, match="a Sequential is not a model of reinflection"):
        ReinflectionTask.of_model(keras.Sequential([]), EXAMPLES)

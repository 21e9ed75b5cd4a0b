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
    assert TASK.description() == description and "added_tasks" not in description


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


def test_a_task_of_examples_has_them_all_and_swaps_prefixes_by_default():
    complete = TASK.complete(tiny("base").replace(augmentation="auto"))
    assert complete.labelled == 0 and complete.augmentation == {"class": "PrefixSwaps"}
    assert TASK.unlabelled(complete) is None
    with pytest.raises(ValueError, match="Did you mean 'Copies'"):
        TASK.complete(tiny("base").replace(augmentation={"class": "Copy"}))


def test_words_of_the_prior_have_the_features_of_every_so_many_development_examples():
    model = small_model()
    known = ["pos=N", "num=SG", "pos=V", "num=PL", "case=ABL"]
    texts = [*known[:2], "pos=X", *known[2:]]
    task = ReinflectionTask.from_examples(EXAMPLES, [Example("ev", text, "e") for text in texts])
    for count, places in ((1, [0]), (2, [0, 3]), (3, [0, 2, 4]), (5, range(5)), (9, range(5))):
        asked = [features for features, _ in task.prior_samples(model, count)]
        assert asked == [known[place] for place in places]
    assert task.prior_samples(model, 5, seed=1) == task.prior_samples(model, 5, seed=1)
    assert task.prior_samples(model, 5, seed=0) == task.prior_samples(model, 5)
    none = task.with_dev_examples([Example("ev", "pos=X", "e")])
    assert none.prior_samples(model, 5) == []


def test_a_development_file_of_its_own_is_named_for_the_commands(tmp_path):
    rows = {"train": "ev\tpos=N\tevler\n" * 2, "dev": "el\tpos=N\teller\n"}
    for split, text in rows.items():
        (tmp_path / f"a b-task1-{split}").write_text(text, encoding="utf-8")
    with pytest.warns(DataWarning):
        task = ReinflectionTask(tmp_path / "a b-task1-train", dev=tmp_path / "a b-task1-dev")
    assert task.dev_options() == f" --file='{tmp_path}/a b-task1-dev' --task=1"
    assert task.with_dev_examples(task.train_examples).dev_options() == ""
    assert TASK.dev_options() == task.with_dev_examples(TASK.dev_examples).dev_options() == ""
    other = [*task.dev_examples, *TASK.dev_examples]
    assert task.with_dev_examples(other).dev_options() == ""


def test_other_development_examples_are_compared_with_the_training_words():
    new = Example("göz", "pos=N", "gözler")
    task = ReinflectionTask.from_examples(EXAMPLES[:2], EXAMPLES[:1])
    other = task.with_dev_examples([new, EXAMPLES[0], new])
    assert (task.unseen_rows, other.unseen_rows) == (0, 2)
    assert other.epoch_figures == ("accuracy", "levenshtein", "unseen_accuracy")
    assert task.epoch_figures == ("accuracy", "levenshtein") and task.dev_examples == EXAMPLES[:1]

import pytest

from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.reinflection import Example
from keras_vae_collapse.tasks.reinflection.unseen_words import LEAST_UNSEEN, unseen_figures
from keras_vae_collapse.training import RecipeError

TRAIN = [Example("ev", "pos=N", "evler"), Example("gel", "pos=V", "geldi")]
DEV = [
    Example("göz", "pos=N", "gözler"),  # unseen
    Example("ev", "pos=N", "evden"),  # the source is known
    Example("evde", "pos=N", "evler"),  # the target is
    Example("git", "pos=V", "gitti"),  # unseen
    Example("evler", "pos=N", "eve"),  # the source is known as a target
    Example("yol", "pos=N", "yollar"),  # unseen
]
OUTPUTS = [["gözler"], ["x"], ["evler"], ["gitdi", "gitti"], ["x"], ["x", "yollar"]]


def test_figures_of_unseen_words_by_hand():
    task = ReinflectionTask.from_examples(TRAIN, DEV)
    figures = task.figures(DEV, OUTPUTS)
    unseen = figures["unseen"]
    # Right: gözler. gitdi: one letter of five. x for yollar: six edits; both found second.
    assert unseen["accuracy"] == pytest.approx(1 / 3)
    assert unseen["levenshtein"] == pytest.approx((0 + 1 + 6) / 3)
    assert unseen["normalized_levenshtein"] == pytest.approx((0 + 1 / 5 + 6 / 6) / 3)
    assert unseen["mrr"] == pytest.approx((1 + 1 / 2 + 1 / 2) / 3)
    assert unseen["count"] == 3
    assert {pos: part["count"] for pos, part in unseen["per_pos"].items()} == {"N": 2, "V": 1}
    assert unseen["per_pos"]["N"]["accuracy"] == 0.5
    assert (figures["count"], figures["accuracy"]) == (6, pytest.approx(2 / 6))


def test_the_words_are_shown_in_the_table_and_by_part_of_speech():
    task = ReinflectionTask.from_examples(TRAIN, DEV)
    figures = task.figures(DEV, OUTPUTS)
    assert task.table(figures)[-1] == ("accuracy, unseen words (3 rows)", "0.3333", "0.3333")
    _, header, noun, verb = task.details(figures)
    assert header.split() == [
        "part", "of", "speech", "words", "accuracy", "Levenshtein", "unseen", "accuracy",
    ]  # fmt: skip
    assert noun.split()[-2:] == ["2", "0.5000"] and verb.split()[-2:] == ["1", "0.0000"]


def test_where_every_row_has_a_known_word_the_figure_is_left_out_and_that_is_said():
    task = ReinflectionTask.from_examples(TRAIN, TRAIN)
    figures = task.figures(TRAIN, [["evler"], ["x"]])
    assert "unseen" not in figures and "unseen_accuracy" not in task.epoch_figures
    assert "unseen words: none, every example has a word that is in training" in task.details(
        figures
    )


def test_where_the_words_of_training_are_not_known_nothing_is_said_of_them():
    task = ReinflectionTask.from_examples([], DEV, ReinflectionTask("demo").vocabulary)
    figures = task.figures(DEV, OUTPUTS)
    assert "unseen" not in figures and not any("unseen" in line for line in task.details(figures))
    assert unseen_figures(DEV, OUTPUTS, None) == {}


def test_a_part_of_speech_without_unseen_words_has_none_in_the_table():
    task = ReinflectionTask.from_examples(TRAIN, DEV[:2] + [TRAIN[1]])
    lines = task.details(task.figures(task.dev_examples, [["x"]] * 3))
    assert lines[-1].split()[-2:] == ["0", "-"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [(LEAST_UNSEEN, "unseen_accuracy"), (LEAST_UNSEEN - 1, "accuracy"), (0, "accuracy")],
)
def test_unseen_words_choose_the_weights_where_there_are_enough(rows, expected):
    dev = [Example(f"n{i}", "pos=N", f"n{i}ler") for i in range(rows)] + TRAIN
    task = ReinflectionTask.from_examples(TRAIN, dev)
    assert task.chosen_monitor("auto") == expected
    assert task.chosen_monitor() == task.chosen_monitor("task") == "accuracy"


def test_a_monitor_that_is_named_must_be_a_figure_of_which_more_is_better():
    task = ReinflectionTask.from_examples(TRAIN, DEV)
    for name in ("accuracy", "unseen_accuracy", "constrained_elbo"):
        assert task.chosen_monitor(name) == name
    with pytest.raises(RecipeError, match="accuracy, unseen_accuracy, constrained_elbo"):
        task.chosen_monitor("levenshtein")
    with pytest.raises(RecipeError, match="Did you mean 'accuracy'"):
        ReinflectionTask.from_examples(TRAIN, TRAIN).chosen_monitor("unseen_accuracy")

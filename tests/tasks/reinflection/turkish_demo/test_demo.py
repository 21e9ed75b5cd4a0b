"""The embedded data set: split, determinism, tasks, files, command."""

import dataclasses
import os
import subprocess
import sys

import pytest

from keras_vae_collapse.tasks.reinflection.example import Example
from keras_vae_collapse.tasks.reinflection.turkish_demo.demo import (
    demo_examples,
    demo_lemmas,
    main,
    write_demo,
)
from keras_vae_collapse.tasks.reinflection.turkish_demo.lexicon import LEXICON
from keras_vae_collapse.tasks.reinflection.turkish_demo.nouns import (
    NOUN_FEATURES,
    PREDICATE_FEATURES,
    inflect,
)
from keras_vae_collapse.tasks.reinflection.turkish_demo.pairs import draw_pairs

SMALL = {"train_pairs": 300, "dev_pairs": 60, "invented_stems": 100}
NAMES = [f"turkish-task{task}-{split}" for task in (1, 2, 3) for split in ("train", "dev")]


@pytest.fixture(scope="module")
def default():
    return demo_examples(), demo_lemmas()


def test_default_sizes(default):
    examples, lemmas = default
    assert len(examples["train"]) == 30_000 and len(examples["dev"]) == 1_000
    assert sum(lemma.invented for lemma in lemmas["train"]) == 12_000
    assert len(lemmas["dev"]) == round(0.15 * len(LEXICON))


def test_parts_share_no_noun_and_dev_nouns_are_real(default):
    _, lemmas = default
    train = {lemma.citation for lemma in lemmas["train"]}
    dev = {lemma.citation for lemma in lemmas["dev"]}
    assert train.isdisjoint(dev)
    assert dev <= set(LEXICON) and not any(lemma.invented for lemma in lemmas["dev"])
    assert set(LEXICON) <= train | dev


def test_no_form_of_a_dev_noun_occurs_in_training(default):
    examples, lemmas = default
    held_out = {inflect(lemma, cell) for lemma in lemmas["dev"] for cell in NOUN_FEATURES}
    seen = {form for row in examples["train"] for form in (row.source, row.target)}
    assert held_out.isdisjoint(seen)
    for row in demo_examples(task=1)["train"]:
        assert row.source not in held_out


def test_training_covers_all_features_and_letters_of_dev(default):
    examples, _ = default
    for letters in (lambda row: row.source, lambda row: row.target):
        train = set("".join(map(letters, examples["train"])))
        assert set("".join(map(letters, examples["dev"]))) <= train
    assert {row.features for row in examples["train"]} == set(NOUN_FEATURES)


@pytest.mark.parametrize("seed", range(10))
def test_nouns_with_a_letter_that_hardly_any_noun_has_stay_in_training(seed):
    assert "hükûmet" in {lemma.citation for lemma in demo_lemmas(seed, 0.5, 0)["train"]}


def test_rows_do_not_repeat_within_a_noun_and_never_ask_for_the_source_cell():
    rows = demo_examples(task=2)["train"]
    assert all(row.features != row.source_features for row in rows)
    # Two cells of one noun can be spelled alike; with the features no row stands twice.
    assert len(set(rows)) == len(rows)


def test_task_1_rows_are_inflections_of_the_citation_form():
    lemmas = demo_lemmas(3)
    by_name = {lemma.citation: lemma for part in lemmas.values() for lemma in part}
    for split, rows in demo_examples(3, task=1).items():
        assert len(set(rows)) == len(rows), split
        for row in rows:
            assert inflect(by_name[row.source], row.features) == row.target


def test_tasks_are_views_of_the_same_pairs():
    one, two, three = (demo_examples(5, task=task, **SMALL)["dev"] for task in (1, 2, 3))
    assert [dataclasses.replace(row, source_features=None) for row in two] == three
    assert all(row.source_features in NOUN_FEATURES for row in two)
    assert {(row.features, row.target) for row in one} == {
        (row.features, row.target) for row in three
    }


def test_nouns_have_equally_many_pairs_up_to_one():
    lemmas = demo_lemmas(1, invented_stems=0)["dev"]
    size = 2 * len(lemmas) + 7
    rows = demo_examples(1, task=1, train_pairs=10, dev_pairs=size, invented_stems=0)["dev"]
    # Task 1 drops repeated targets, so a noun may show fewer than its two or three.
    counts = [sum(row.source == lemma.citation for row in rows) for lemma in lemmas]
    assert max(counts) <= 3 and min(counts) >= 1 and sum(count == 3 for count in counts) <= 7


def test_a_seed_gives_the_same_rows_and_another_seed_others():
    assert demo_examples(7, **SMALL) == demo_examples(7, **SMALL)
    assert demo_examples(7, **SMALL)["dev"] != demo_examples(8, **SMALL)["dev"]


def test_the_split_of_real_nouns_depends_on_the_seed_alone():
    few, many = demo_lemmas(4, invented_stems=0), demo_lemmas(4, invented_stems=500)
    assert few["dev"] == many["dev"]
    assert few["dev"] != demo_lemmas(5, invented_stems=0)["dev"]


def test_the_command_writes_the_same_bytes_under_another_hash_seed(tmp_path):
    write_demo(tmp_path / "here", seed=3, **SMALL)
    environment = dict(os.environ, PYTHONHASHSEED="12345", TF_CPP_MIN_LOG_LEVEL="2")
    command = [sys.executable, "-m", "keras_vae_collapse.data.turkish_demo"]
    command += [f"--output_dir={tmp_path / 'there'}", "--seed=3", "--train_pairs=300"]
    command += ["--dev_pairs=60", "--invented_stems=100"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "RuntimeWarning" not in done.stderr
    assert "   300 rows" in done.stdout
    for name in NAMES:
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


@pytest.mark.parametrize("task", [1, 2, 3])
def test_files_read_back_identically(tmp_path, task):
    from keras_vae_collapse.tasks.reinflection.sigmorphon import read_examples

    written = write_demo(tmp_path / "new" / "folder", seed=2, **SMALL)
    assert sorted(path.name for path in written) == sorted(NAMES)
    for split, rows in demo_examples(2, task=task, **SMALL).items():
        path = tmp_path / "new" / "folder" / f"turkish-task{task}-{split}"
        read = read_examples(path, task)
        bare = [dataclasses.replace(row, path=None, line=None) for row in read]
        assert bare == rows
        assert written[path] == len(rows)
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(NAMES)


def test_files_have_the_columns_of_the_published_ones(tmp_path):
    write_demo(tmp_path, **SMALL)
    for name, columns in zip(NAMES[::2], (3, 4, 3), strict=True):
        text = (tmp_path / name).read_bytes().decode("utf-8")
        assert text.endswith("\n") and "\r" not in text
        assert all(len(line.split("\t")) == columns for line in text.splitlines())
    features, source, target_features, target = text_row(tmp_path / "turkish-task2-dev")
    assert features.startswith("pos=N,") and target_features.startswith("pos=N,")
    assert "=" not in source + target


def text_row(path):
    return path.read_text(encoding="utf-8").splitlines()[0].split("\t")


def test_existing_files_are_kept_unless_asked(tmp_path, capsys):
    keep = tmp_path / "turkish-task2-dev"
    keep.write_text("mine")
    with pytest.raises(FileExistsError, match="turkish-task2-dev"):
        write_demo(tmp_path, **SMALL)
    options = ["--train_pairs=300", "--dev_pairs=60", "--invented_stems=100"]
    assert main([f"--output_dir={tmp_path}", *options]) == 1
    assert "Not overwritten" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [keep.name]
    assert keep.read_text() == "mine"
    assert main([f"--output_dir={tmp_path}", "--overwrite", *options]) == 0
    assert keep.read_text(encoding="utf-8").startswith("pos=N,")


def test_a_failed_write_leaves_no_file_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "replace", lambda *paths: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        write_demo(tmp_path, **SMALL)
    assert list(tmp_path.iterdir()) == []


def _guessed_wrong(**options):
    """Returns the rows that a reader gets wrong who knows the rules but not the noun."""
    lemmas = {lemma.citation: lemma for lemma in demo_lemmas(6)["dev"]}
    wrong = []
    for citation, _, source, goal, form in draw_pairs(
        6, 10, 3000, 0.15, 12_000, NOUN_FEATURES, **options
    )["dev"]:
        lemma = lemmas[citation]
        if inflect(lemma.inferred_from(source), goal) != form:
            wrong.append((source, goal, form))
    return wrong


def test_targets_follow_from_the_source_unless_hidden_properties_are_asked_for():
    assert _guessed_wrong(hidden_properties=False) == []
    # About 7% of the nouns are exceptional, a quarter of their pairs hides it.
    assert 10 < len(_guessed_wrong(hidden_properties=True)) < 200


def test_exceptional_nouns_are_drawn_where_the_source_shows_them():
    lemmas = {lemma.citation: lemma for lemma in demo_lemmas(6)["dev"]}
    softened = [
        source.startswith(lemmas[citation].bound)
        for citation, _, source, goal, form in draw_pairs(
            6, 10, 3000, 0.15, 12_000, NOUN_FEATURES, hidden_properties=False
        )["dev"]
        if lemmas[citation].bound == citation[:-1] + "d" and form.startswith(citation[:-1] + "d")
    ]
    assert softened and all(softened)


def test_predicates_can_be_asked_for():
    rows = demo_examples(0, features=NOUN_FEATURES + PREDICATE_FEATURES, **SMALL)["train"]
    assert any("tense=" in row.features for row in rows)


@pytest.mark.parametrize(
    "values, message",
    [
        ({"task": 4}, "`task` must be one of 1, 2, 3"),
        ({"seed": -1}, "`seed` must be an integer of at least 0"),
        ({"dev_share": 0.0}, "`dev_share` must be a finite number in"),
        ({"dev_share": 1.0}, "`dev_share` must be a finite number in"),
        ({"train_pairs": 0}, "`train_pairs` must be"),
        ({"invented_stems": -1}, "`invented_stems` must be"),
        ({"features": NOUN_FEATURES[:1]}, "`features` must hold two"),
        ({"features": ("pos=N,case=ABL,num=SG", "pos=N,case=INS,num=SG")}, "case=INS"),
        ({"features": NOUN_FEATURES[:2], "dev_pairs": 1000}, "do not yield 1000 pairs"),
    ],
)
def test_bad_values_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        demo_examples(**{**SMALL, **values})


def test_examples_are_those_of_the_reader(default):
    examples, _ = default
    row = examples["dev"][0]
    assert isinstance(row, Example) and row.source_features is None and row.path is None

"""Files are found by the names that the shared tasks gave them."""

import pathlib

import pytest

from keras_vae_collapse.tasks.reinflection import DataError, examples_file, load_data
from keras_vae_collapse.tasks.reinflection.language_files import (
    data_file,
    find_file,
    the_language,
)


@pytest.mark.parametrize(
    ("name", "language", "task", "split"),
    [
        ("turkish-task3-train", "turkish", 3, "train"),
        ("turkish-task1-test-covered", "turkish", 1, "test-covered"),
        ("turkish-unimorph-dev", "turkish", "unimorph", "dev"),
        ("german-train-low", "german", None, "train"),
        ("old-church-slavonic-dev", "old-church-slavonic", None, "dev"),
        ("german-covered-test", "german", None, "test-covered"),
        ("zpv.trn", "zpv", None, "train"),
        ("zpv.tst", "zpv", None, "test"),
        ("ang_large.train", "ang", None, "train"),
        ("ara_1000.train", "ara", None, "train"),
        ("afb.covered.dev", "afb", None, "test-covered"),
        ("deu.gold", "deu", None, "test"),
        ("train.tsv", "data", None, "train"),
        ("mine.dev.txt.gz", "mine", None, "dev"),
    ],
)
def test_a_name_says_language_task_and_split(name, language, task, split):
    assert data_file(pathlib.Path(name))[1:] == (language, task, split)


@pytest.mark.parametrize("name", ["notes.txt", "README.md", "tur", "tur.segmentations", "trained"])
def test_other_names_say_nothing(name):
    assert data_file(pathlib.Path(name)) is None


def write(folder, *names):
    for size, name in enumerate(names):
        (folder / name).write_bytes(b"x" * size)


def test_the_largest_training_file_is_taken_and_the_task_asked_for_comes_first(tmp_path):
    write(tmp_path, "de-train-low", "de-train-high", "de-dev", "tr-task3-train", "tr-task1-train")
    assert examples_file(tmp_path, "de").name == "de-train-high"
    assert find_file(tmp_path, "tr").task == 3 and find_file(tmp_path, "tr", 1).task == 1
    with pytest.raises(DataError, match="no such file: .*de-task3-test. The directory has: de "):
        examples_file(tmp_path, "de", split="test")
    with pytest.raises(DataError, match=r"dee-train, dee.train. .*\(train\)."):
        find_file(tmp_path, "dee")


def test_names_that_no_file_has_or_that_are_no_text_are_refused_in_words(tmp_path):
    write(tmp_path, "deu.trn", "deu.dev", "\udcff.dev")
    for name, language in ((str(tmp_path / ("x" * 300)), None), (str(tmp_path), "y" * 300)):
        with pytest.raises(DataError, match="cannot read .*File name too long|no such file"):
            load_data(name, language)
    with pytest.raises(DataError, match=r"The directory has: deu .*; '\\udcff' \(dev\)") as error:
        load_data(tmp_path, "fin")
    str(error.value).encode()


def test_the_only_language_or_turkish_is_meant(tmp_path):
    with pytest.raises(DataError, match="no training file"):
        the_language(tmp_path)
    write(tmp_path, "deu.trn", "deu.dev", "fin.dev")
    assert the_language(tmp_path) == "deu"
    write(tmp_path, "fin.trn")
    with pytest.raises(DataError, match=r"Give one \(--language\). .*deu .*; fin "):
        the_language(tmp_path)
    write(tmp_path, "turkish-task3-train")
    assert the_language(tmp_path) == "turkish"


@pytest.mark.parametrize("count", [20, 23])
def test_twenty_names_are_listed_each_with_its_parts_and_the_others_counted(tmp_path, count):
    names = [f"l{number:02}" for number in range(count)]
    write(tmp_path, *(f"{name}.trn" for name in names), "l00.dev", "l00_small.trn")
    with pytest.raises(DataError) as error:
        find_file(tmp_path, "tr")
    listed = "; ".join(f"{name} (train)" for name in names[1:20])
    more = "" if count == 20 else "; and 3 more"
    assert str(error.value).endswith(f"The directory has: l00 (dev, train); {listed}{more}.")


def test_a_file_that_is_missing_is_named_by_its_task(tmp_path):
    write(tmp_path, "tur-task1-train", "tur-unimorph-dev")
    for task, name in ((2, "tur-task2-train"), ("unimorph", "tur-unimorph-train")):
        with pytest.raises(DataError, match=f"/{name}. .*tur-task1 .train.; tur-unimorph .dev..$"):
            find_file(tmp_path, "tur", task)
    with pytest.raises(ValueError, match="`task` must be one of 1, 2, 3, 'unimorph'"):
        find_file(tmp_path, "tur", 9)
    assert find_file(tmp_path, "tur", "unimorph", "dev").path.name == "tur-unimorph-dev"

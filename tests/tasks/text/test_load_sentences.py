import logging

import pytest

from keras_vae_collapse.tasks.data_errors import DataError
from keras_vae_collapse.tasks.text import load_sentences


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, lines in files.items():
            text = "".join(f"{line}\n" for line in lines)
            (tmp_path / name.replace("_", ".")).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def texts(part):
    return [sentence.text for sentence in part]


@pytest.mark.parametrize(
    ("train", "dev"),
    [("train_txt", "valid_txt"), ("ptb_train_txt", "ptb_valid_txt"), ("train", "dev"),
     ("yelp_train_txt", "val_txt")],
)  # fmt: skip
def test_a_directory_is_read_by_the_names_of_its_files(folder, train, dev):
    path = folder(**{train: ["a b"], dev: ["c", "d"], "test_txt": ["secret"]})
    assert [texts(part) for part in load_sentences(path)] == [["a b"], ["c", "d"]]


def test_a_directory_without_a_development_file_has_some_held_out(folder):
    train, dev = load_sentences(folder(train_txt=[f"line {i}" for i in range(50)]))
    assert (len(train), len(dev)) == (45, 5)


def test_of_a_file_a_tenth_is_held_out_always_the_same_copies_together(folder, caplog):
    caplog.set_level(logging.INFO)
    lines = [f"line {i % 40}" for i in range(120)]
    path = folder(some_txt=lines) / "some.txt"
    train, dev = load_sentences(path)
    assert len(dev) == 12 and len(train) == 108 and not set(texts(train)) & set(texts(dev))
    assert (train, dev) == load_sentences(path)
    assert "12 of 120 sentences are held out" in caplog.text


@pytest.mark.parametrize(("count", "held_out"), [(3, 2), (24, 2), (26, 3)])
def test_at_least_two_are_held_out(folder, count, held_out):
    path = folder(some_txt=[f"line {i}" for i in range(count)]) / "some.txt"
    train, dev = load_sentences(path)
    assert (len(train), len(dev)) == (count - held_out, held_out)


def test_names_may_be_in_capitals_and_folders_are_no_files(folder):
    path = folder(TRAIN_TXT=["a b"], Ptb_VALID_TXT=["c", "d"])
    (path / "train").mkdir()
    (path / "dev.txt").mkdir()
    assert [texts(part) for part in load_sentences(path)] == [["a b"], ["c", "d"]]


def test_the_first_ten_files_of_a_directory_without_a_training_file_are_named(folder):
    with pytest.raises(DataError, match="found no file"):
        load_sentences(folder())
    with pytest.raises(DataError, match="found 'a0.txt', .*, 'a9.txt'$"):
        load_sentences(folder(**{f"a{i}_txt": ["x"] for i in range(10)}, b_txt=["x"]))


def test_at_most_a_thousand_are_held_out(folder):
    path = folder(some_txt=[f"line {i}" for i in range(12_000)]) / "some.txt"
    train, dev = load_sentences(path)
    assert (len(train), len(dev)) == (11_000, 1_000)


def test_a_development_file_that_is_given_comes_first(folder):
    path = folder(train_txt=["a", "b", "c"], valid_txt=["d", "e"], mine_txt=["f", "g"])
    assert texts(load_sentences(path, dev=path / "mine.txt")[1]) == ["f", "g"]
    train, dev = load_sentences(path / "train.txt", dev=path / "mine.txt")
    assert texts(train) == ["a", "b", "c"] and texts(dev) == ["f", "g"]
    assert texts(load_sentences("demo", dev=path / "mine.txt")[1]) == ["f", "g"]


@pytest.mark.parametrize(
    ("files", "name", "message"),
    [
        ({}, "nowhere.txt", "no such file or directory: .*nowhere.txt"),
        ({"some_txt": ["one"]}, "", "expected one file such as train.txt.*found 'some.txt'"),
        ({"a_train_txt": ["x"], "b_train_txt": ["y"]}, "", "found 'a.train.txt', 'b.train.txt'"),
        ({"one_txt": ["only one"]}, "one.txt", "1 different sentence, the first 'only one'"),
        ({"two_txt": ["one", "two", "one"]}, "two.txt", "2 different sentences.*at least 3"),
        ({"train_txt": ["a", "b"], "valid_txt": ["c d"]}, "", "valid.txt, line 1: .*'c d'"),
    ],
)  # fmt: skip
def test_what_is_no_corpus_is_refused(folder, files, name, message):
    with pytest.raises(DataError, match=message):
        load_sentences(folder(**files) / name)

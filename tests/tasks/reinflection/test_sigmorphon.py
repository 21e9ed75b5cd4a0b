"""Files in every published form are read as they are."""

import pytest

from keras_vae_collapse.tasks.reinflection import (
    DataError,
    Example,
    examples_file,
    load_data,
    read_examples,
    read_language,
    write_predictions,
)

LANGUAGES = ("turkish", "german", "finnish")


def write(folder, text, name="turkish-task3-train"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    "task, covered, line, expected",
    [
        (1, False, "ev\tpos=N,num=PL\tevler", Example("ev", "pos=N,num=PL", "evler")),
        (1, True, "ev\tpos=N,num=PL", Example("ev", "pos=N,num=PL", None)),
        (2, False, "num=SG\tevi\tnum=PL\tevler", Example("evi", "num=PL", "evler", "num=SG")),
        (2, True, "num=SG\tevi\tnum=PL", Example("evi", "num=PL", None, "num=SG")),
        (3, False, "evi\tnum=PL\tevler", Example("evi", "num=PL", "evler")),
        (3, True, "evi\tnum=PL", Example("evi", "num=PL", None)),
        ("unimorph", False, "go\twent\tV;PST", Example("go", "V;PST", "went")),
        ("unimorph", True, "go\tV;PST", Example("go", "V;PST", None)),
    ],
)
def test_columns_of_every_task(tmp_path, task, covered, line, expected):
    assert read_examples(write(tmp_path, line + "\n"), task, covered) == [expected]


def test_examples_know_file_and_line(tmp_path):
    path = write(tmp_path, "evi\tnum=PL\tevler\ndili\tnum=PL\tdiller\n")
    assert [(e.path, e.line) for e in read_examples(path)] == [(str(path), 1), (str(path), 2)]
    assert read_examples(path)[1].place == f"{path}, line 2"


def test_line_ends_may_be_crlf_or_missing(tmp_path):
    expected = [Example("evi", "num=PL", "evler"), Example("dili", "num=PL", "diller")]
    for text in (
        "evi\tnum=PL\tevler\r\ndili\tnum=PL\tdiller\r\n",
        "evi\tnum=PL\tevler\ndili\tnum=PL\tdiller",
    ):
        assert read_examples(write(tmp_path, text)) == expected


def test_quotation_marks_are_characters(tmp_path):
    path = write(tmp_path, '"evi\tnum=PL\tev"ler"\n\'x\tnum=PL\t""\n')
    assert [(e.source, e.target) for e in read_examples(path)] == [
        ('"evi', 'ev"ler"'),
        ("'x", '""'),
    ]


def test_words_may_have_inner_spaces_joiners_and_direction_marks(tmp_path):
    words = ["to be", "می\u200cروم", "\u200fאב\u200e"]
    path = write(tmp_path, "".join(f"{w}\tnum=PL\t{w}\n" for w in words))
    assert [e.target for e in read_examples(path)] == words


def test_unimorph_files_may_have_empty_lines(tmp_path):
    path = write(tmp_path, "go\twent\tV;PST\n\nbe\twas\tV;PST;1;SG\n")
    assert [e.line for e in read_examples(path, "unimorph")] == [1, 3]


@pytest.mark.parametrize("task", [1, 2, 3])
@pytest.mark.parametrize("language", LANGUAGES)
def test_published_files_are_read_and_written_back_byte_for_byte(
    sigmorphon2016_dir, tmp_path, language, task, recwarn
):
    for split in ("train", "dev"):
        path = examples_file(sigmorphon2016_dir, language, task, split)
        examples = read_examples(path, task)
        copy = tmp_path / split
        write_predictions(copy, examples, [[e.target] for e in examples])
        assert copy.read_bytes() == path.read_bytes()
    assert not recwarn.list


def test_read_language_gives_training_and_development(tmp_path):
    write(tmp_path, "evi\tnum=PL\tevler\n")
    write(tmp_path, "dili\tnum=PL\tdiller\n", "turkish-task3-dev")
    train, dev = read_language(tmp_path, "turkish", 3)
    assert (train[0].source, dev[0].source) == ("evi", "dili")
    assert load_data(str(tmp_path), "turkish", 3) == (train, dev)


def test_training_files_of_other_tasks_are_added_to_training_alone(tmp_path):
    write(tmp_path, "evi\tnum=PL\tevler\n")
    write(tmp_path, "dili\tnum=PL\tdiller\n", "turkish-task3-dev")
    write(tmp_path, "ev\tnum=DU\teven\n", "turkish-task1-train")
    write(tmp_path, "num=TR\tevü\tnum=PL\tevler\n", "turkish-task2-train")
    train, dev = load_data(str(tmp_path), "turkish", 3, added_tasks=[2, 1])
    assert [e.source for e in train] == ["evi", "evü", "ev"]
    assert [e.source for e in dev] == ["dili"]
    for added in ([3], [1, 1]):
        with pytest.raises(ValueError, match="`added_tasks` must be tasks other than 3"):
            load_data(str(tmp_path), "turkish", 3, added_tasks=added)
    with pytest.raises(DataError, match="no such file: .*german-task1-train"):
        write(tmp_path, "evi\tnum=PL\tevler\n", "german-task3-train")
        write(tmp_path, "evi\tnum=PL\tevler\n", "german-task3-dev")
        load_data(str(tmp_path), "german", 3, added_tasks=[1])
    train, dev = load_data("demo", added_tasks=[1])
    assert len(train) > len(load_data("demo")[0]) and dev == load_data("demo")[1]


def test_missing_language_lists_what_is_there(tmp_path):
    write(tmp_path, "x", "finnish-task1-train")
    write(tmp_path, "x", "finnish-task1-dev")
    write(tmp_path, "x", "turkish-task3-train")
    write(tmp_path, "x", "notes.txt")
    with pytest.raises(DataError) as error:
        read_language(tmp_path, "german", 2)
    assert str(error.value) == (
        f"no such file: {tmp_path}/german-task2-train. "
        "The directory has: finnish-task1 (dev, train); turkish-task3 (train)."
    )


def test_missing_development_file_is_named(tmp_path):
    write(tmp_path, "evi\tnum=PL\tevler\n")
    with pytest.raises(DataError, match="no such file: .*turkish-task3-dev"):
        read_language(tmp_path, "turkish", 3)


def test_folder_without_data_files_and_no_folder(tmp_path):
    with pytest.raises(DataError, match="no files named like turkish-task3-train"):
        read_language(tmp_path, "turkish", 3)
    with pytest.raises(DataError, match="no such directory: .*/nothing"):
        read_language(tmp_path / "nothing", "turkish", 3)
    with pytest.raises(DataError, match="no such directory: nothing-here.*demo, sigmorphon2016"):
        load_data("nothing-here", "turkish", 3)


@pytest.mark.parametrize("language", ["../turkish", "tur/kish", "", "tur kish", None])
def test_language_cannot_leave_the_folder(tmp_path, language):
    with pytest.raises((ValueError, DataError)) as error:
        examples_file(tmp_path, language or "", 3)
    assert "`language` must be a name" in str(error.value)


def test_bad_task_and_split_say_what_is_allowed(tmp_path):
    with pytest.raises(ValueError, match="`task` must be one of 1, 2, 3, 'unimorph'"):
        read_examples(tmp_path / "x", task=4)
    with pytest.raises(ValueError, match="`split` must be one of 'train', 'dev'"):
        examples_file(tmp_path, "turkish", 3, "valid")


def test_demo_is_known_by_name_and_turkish():
    train, dev = load_data("demo")
    assert train and dev and isinstance(train[0], Example)
    with pytest.raises(DataError, match="the demo data set is turkish"):
        load_data("demo", "german")


def test_predictions_are_n_best_rows_in_rank_order(tmp_path):
    examples = [Example("evi", "num=PL", None), Example("dili", "num=PL", None, "num=SG")]
    path = tmp_path / "predictions.tsv"
    write_predictions(path, examples, [["evler", "evlar"], []])
    assert path.read_text(encoding="utf-8") == (
        "evi\tnum=PL\tevler\nevi\tnum=PL\tevlar\nnum=SG\tdili\tnum=PL\t\n"
    )


@pytest.mark.parametrize("form", ["ev\tler", "ev\nler", "ev\u2028ler", "ev\ud800ler"])
def test_predictions_that_would_break_the_file_leave_the_old_one(tmp_path, form):
    path = write(tmp_path, "old")
    with pytest.raises(ValueError, match="is not allowed"):
        write_predictions(path, [Example("evi", "num=PL", None)] * 2, [["evler"], [form]])
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_predictions_must_be_lists_one_for_each_example(tmp_path):
    examples = [Example("evi", "num=PL", None)]
    with pytest.raises(ValueError, match="must hold lists of forms. Received: 'evler'"):
        write_predictions(tmp_path / "p", examples, ["evler"])
    with pytest.raises(ValueError):
        write_predictions(tmp_path / "p", examples, [])

import random
from operator import attrgetter

import pytest
from training_runs import write_data

from keras_vae_collapse.tasks.reinflection import Example, load_data
from keras_vae_collapse.tasks.reinflection.fold_files import FoldData
from keras_vae_collapse.tasks.reinflection.folds import word_folds
from keras_vae_collapse.tasks.reinflection.turkish_demo import write_demo


def pairs(*words):
    return [Example(source, "pos=N", target) for source, target in words]


def words_of_fold(examples, rows):
    return {word for row in rows for word in examples[row].words}


def test_words_that_pairs_join_are_in_one_fold():
    examples = pairs(("a", "b"), ("x", "y"), ("b", "c"), ("y", "z"), ("p", "q"), ("d", "c"))
    found = word_folds(examples, folds=2)
    assert sorted(found.rows) in ([[0, 2, 5], [1, 3, 4]], [[0, 2, 4, 5], [1, 3]])
    assert found.dropped == []


def test_folds_of_real_words_share_none_and_are_of_like_size(sigmorphon2016_dir):
    examples = load_data(sigmorphon2016_dir, "navajo")[0]  # up to 138 rows hang together
    found = word_folds(examples, folds=5)
    assert found.dropped == []
    assert sorted(row for rows in found.rows for row in rows) == list(range(len(examples)))
    words = [words_of_fold(examples, rows) for rows in found.rows]
    assert sum(map(len, words)) == len(set().union(*words))
    sizes = [len(rows) for rows in found.rows]
    assert max(sizes) - min(sizes) <= 138


def test_a_chain_is_cut_where_parts_meet_and_those_pairs_are_dropped():
    examples = pairs(*((f"w{i:02}", f"w{i + 1:02}") for i in range(40)))
    found = word_folds(examples, folds=2)
    # Four parts of at most ten rows need three bridges.
    assert len(found.dropped) == 3
    words = [words_of_fold(examples, rows) for rows in found.rows]
    assert not words[0] & words[1]
    assert sorted(sum(found.rows, found.dropped)) == list(range(40))


def test_paradigms_that_one_pair_joins_are_cut_there_for_the_most_part():
    rng = random.Random(0)
    within = [
        (f"{word}-{rng.randrange(6)}", f"{word}-{rng.randrange(6)}")
        for word in range(30)
        for _ in range(20)
    ]
    between = [(f"{word}-0", f"{word + 1}-0") for word in range(29)]
    examples = pairs(*within, *between)
    found = word_folds(examples, folds=5)
    words = [words_of_fold(examples, rows) for rows in found.rows]
    assert sum(map(len, words)) == len(set().union(*words))
    assert len(found.dropped) < 0.15 * len(examples)
    assert min(len(rows) for rows in found.rows) > 0.1 * len(examples)


def test_the_seed_decides_and_rows_of_one_word_alone_are_a_group():
    examples = pairs(*((f"w{i}", f"w{i}") for i in range(20)))
    one, again, other = (word_folds(examples, 4, seed) for seed in (0, 0, 1))
    assert one == again and one.rows != other.rows
    assert [len(rows) for rows in one.rows] == [5, 5, 5, 5]


def test_four_words_of_many_rows_are_cut_in_two():
    examples = pairs(*[("a", "b")] * 3, *[("c", "d")] * 3, ("b", "c"))
    found = word_folds(examples, folds=2)
    assert sorted(found.rows) == [[0, 1, 2], [3, 4, 5]] and found.dropped == [6]


def test_impossible_numbers_are_refused():
    examples = pairs(("a", "b"), ("c", "d"))
    with pytest.raises(ValueError, match="`folds` must be at most 2.*Received: folds=3"):
        word_folds(examples, 3)
    assert sorted(word_folds(examples, 2).rows) == [[0], [1]]
    with pytest.raises(ValueError, match="`folds`"):
        word_folds(examples, 1)
    with pytest.raises(ValueError, match="`seed` must be an integer of at least 0"):
        word_folds(examples, 2, seed=-1)


def test_files_of_a_fold_are_a_data_set_whose_development_words_are_unseen(tmp_path):
    data = FoldData(write_data(tmp_path / "data"), folds=3)
    whole, _ = load_data(tmp_path / "data")
    held_out = []
    for number in range(3):
        folder = data.write(number, tmp_path / str(number))
        train, dev = load_data(folder, data.language, data.task)
        assert not {w for e in train for w in e.words} & {w for e in dev for w in e.words}
        assert len(train) + len(dev) + data.dropped == len(whole)
        assert len(dev) == data.rows[number]
        held_out += dev
    key = attrgetter("source", "features", "target")
    assert sorted(map(key, held_out)) == sorted(map(key, whole)) and data.dropped == 0


def test_rows_of_added_tasks_go_with_their_words(tmp_path):
    write_demo(tmp_path / "demo", train_pairs=300, dev_pairs=30, invented_stems=100)
    data = FoldData(tmp_path / "demo", added_tasks=[1, 2], folds=3)
    folder = data.write(0, tmp_path / "fold")
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "turkish-task3-train", "turkish-task3-dev", "turkish-task1-train", "turkish-task2-train",
    }  # fmt: skip
    train, dev = load_data(folder, "turkish", 3, [1, 2])
    assert any(e.source_features for e in train)
    assert not {w for e in train for w in e.words} & {w for e in dev for w in e.words}


def test_tags_are_written_in_the_columns_of_their_format(tmp_path):
    rows = "".join(f"lemma{i}\tform{i}\tN;PL\n" for i in range(8))
    (tmp_path / "deu.txt").write_text(rows, encoding="utf-8")
    data = FoldData(tmp_path / "deu.txt", task="unimorph", folds=2)
    folder = data.write(1, tmp_path / "fold")
    train, dev = load_data(folder, data.language, "unimorph")
    assert len(train) == len(dev) and train[0].features == "N;PL"
    assert train[0].source.startswith("lemma") and train[0].target.startswith("form")


def test_rows_of_an_added_task_in_another_order_go_with_their_words(tmp_path):
    rows = [f"{c}a\tpos=N,num=PL\t{c}b\n" for c in "cdefghij"]
    (tmp_path / "data").mkdir()
    for name, part in (("3-train", rows), ("1-train", rows[::-1]), ("3-dev", ["za\tpos=N\tzb\n"])):
        (tmp_path / "data" / f"turkish-task{name}").write_text("".join(part), encoding="utf-8")
    data = FoldData(tmp_path / "data", added_tasks=[1], folds=2)
    folder = data.write(0, tmp_path / "fold")
    train, dev = load_data(folder, "turkish", 3, [1])
    assert len(train) == 2 * len(dev) == 8
    assert not {w for e in train for w in e.words} & {w for e in dev for w in e.words}


def test_five_folds_by_the_seed_0_are_the_default(tmp_path):
    data = write_data(tmp_path / "data")
    default, same, other = FoldData(data), FoldData(data, folds=5, seed=0), FoldData(data, seed=1)
    assert default.folds == len(default.rows) == 5 and default.rows == same.rows
    texts = [
        (each.write(0, tmp_path / str(number)) / "turkish-task3-dev").read_text(encoding="utf-8")
        for number, each in enumerate((default, same, other))
    ]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize(
    ("task", "row", "name"),
    [
        ("unimorph", "l{}\tf{}\tN;PL\n", "deu-unimorph-"),
        ("sigmorphon2023", "l{}\tN;PL\tf{}\n", "deu-"),
        (3, "l{}\tnum=PL\tf{}\n", "deu-task3-"),
    ],
)
def test_files_are_named_by_their_format_and_written_where_they_differ(tmp_path, task, row, name):
    (tmp_path / "deu").write_text("".join(row.format(i, i) for i in range(8)), encoding="utf-8")
    data = FoldData(tmp_path / "deu", folds=2)
    folder = data.write(0, tmp_path / "fold")
    train, dev = (folder / f"{name}{split}" for split in ("train", "dev"))
    assert sorted(folder.iterdir()) == [dev, train] and data.task == task
    text, file = dev.read_text(encoding="utf-8"), train.stat().st_ino
    assert set(text.splitlines()) < {row.format(i, i).strip() for i in range(8)}
    dev.write_text("old")
    data.write(0, folder)
    assert dev.read_text(encoding="utf-8") == text and train.stat().st_ino == file

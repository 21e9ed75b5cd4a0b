"""A data set from a file or a folder, with or without development examples."""

import logging

import pytest
from training_runs import write_data

from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.reinflection import DataError, DataWarning, Example, load_data
from keras_vae_collapse.tasks.reinflection.held_out import hold_out
from keras_vae_collapse.tasks.reinflection.load import load

SUFFIXES = {"N;NOM;SG": "", "N;NOM;PL": "ler", "N;ABL;SG": "den", "N;LOC(PL;DEF)": "lerde"}
STEMS = "ev el göz ada oda kuş at ip iz yol kol dil can gün ay yıl su ses kız bel".split()


def text(stems):
    return "".join(f"{s}\t{s}{end}\t{tags}\n" for s in stems for tags, end in SUFFIXES.items())


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tur.trn").write_text(text(STEMS[:12]), encoding="utf-8")
    (tmp_path / "tur.dev").write_text(text(STEMS[12:14]), encoding="utf-8")
    (tmp_path / "words.txt").write_text(text(STEMS), encoding="utf-8")
    return tmp_path


def lemmas(examples):
    return {example.source for example in examples}


def test_a_folder_and_a_file_with_one_beside_it_are_the_same_data(folder):
    train, dev = load_data(folder)
    assert (lemmas(train), lemmas(dev)) == (set(STEMS[:12]), set(STEMS[12:14]))
    assert load_data(folder / "tur.trn") == (train, dev)


@pytest.mark.filterwarnings("ignore:all 80 development words")
def test_a_development_file_that_is_given_comes_first(folder):
    for name in (folder, folder / "tur.trn", folder / "words.txt"):
        assert len(load_data(name, dev=folder / "words.txt")[1]) == 80


@pytest.mark.filterwarnings("ignore:all 8 development words")
def test_the_task_knows_what_was_read(folder):
    task = ReinflectionTask(folder / "words.txt", dev=folder / "tur.dev")
    assert task.data == {
        "name": str(folder / "words.txt"), "language": "words", "task": "unimorph",
        "dev": str(folder / "tur.dev"),
    }  # fmt: skip
    assert task.vocabulary.features == ("ABL", "LOC(PL,DEF)", "N", "NOM", "PL", "SG")
    assert ReinflectionTask("demo").data == {"name": "demo", "language": "turkish", "task": 3}


def test_unimorphs_folder_of_a_language_is_its_file(tmp_path):
    (tmp_path / "tur").mkdir()
    (tmp_path / "tur" / "tur").write_text(text(STEMS), encoding="utf-8")
    (tmp_path / "tur" / "README.md").write_text("x")
    assert sum(map(len, load_data(tmp_path / "tur"))) == 80


def test_a_language_is_a_file_of_a_folder_that_is_named(folder):
    (folder / "fin").write_text(text(STEMS[:4]), encoding="utf-8")
    data = load(folder, "fin")
    assert (lemmas(data.train + data.dev), data.language) == (set(STEMS[:4]), "fin")


def test_a_file_has_a_language_by_its_name_and_a_development_file_beside_it(folder, caplog):
    caplog.set_level(logging.INFO)
    data = load(folder / "tur.trn")
    assert (data.language, data.task) == ("tur", "unimorph") and len(data.dev) == 8
    assert f"development examples: {folder / 'tur.dev'}" in caplog.messages
    caplog.clear()
    # A file of development examples has none beside it, and one that is given is taken.
    data = load(folder / "tur.dev")
    assert data.language == "tur" and (len(data.train), len(data.dev)) == (4, 4)
    assert load(folder / "tur.trn", "de", dev=folder / "words.txt").language == "de"
    assert "development examples" not in caplog.text


def test_training_and_development_files_are_of_one_task(tmp_path):
    def write(stem, kind):
        row = f"{stem}\tpos=N\t{stem}ler\n"
        (tmp_path / f"tur-task{kind}").write_text(row, encoding="utf-8")

    def read(**options):
        data = load(tmp_path, **options)
        return data.task, *(example.source for example in data.train + data.dev)

    for stem, kind in (("ev", "1-train"), ("el", "1-dev"), ("at", "3-dev")):
        write(stem, kind)
    assert read() == (1, "ev", "el")
    write("ip", "3-train")
    assert read() == (3, "ip", "at") and read(task=1) == (1, "ev", "el")


def test_rows_that_hang_together_are_not_held_out_by_words(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    rows = "".join(f"ev\tev{end}\tN;X{end}\n" for end in range(20))
    (tmp_path / "tur").write_text(rows, encoding="utf-8")
    with pytest.warns(DataWarning) as warned:
        load_data(tmp_path / "tur")
    assert caplog.messages[-1].endswith("2 of 20 rows are held out")
    said = "all 2 development words are in training: the figures"
    assert [str(w.message)[: len(said)] for w in warned] == [said]


def test_a_tenth_of_the_words_is_held_out_and_said(folder, caplog):
    with caplog.at_level(logging.INFO):
        train, dev = load_data(folder / "words.txt")
    assert (len(train), len(dev)) == (72, 8)
    assert not lemmas(train) & lemmas(dev) and len(lemmas(dev)) == 2
    assert load_data(folder / "words.txt") == (train, dev)
    assert (
        "without a development file (--dev=FILE) 8 of 80 rows are held out, by words" in caplog.text
    )


@pytest.mark.parametrize(("rows", "held_out"), [(2, 1), (3, 2), (10, 2), (40, 4), (20_000, 1000)])
def test_examples_that_all_hang_together_are_held_out_one_by_one(rows, held_out):
    examples = [Example("ev", "N", f"ev{i}") for i in range(rows)]
    train, dev = hold_out(examples)
    assert (len(train), len(dev)) == (rows - held_out, held_out)


def test_two_examples_at_least_are_held_out_whatever_the_words():
    sizes = {"ev": 1, "el": 5, "oda": 5}
    rows = [Example(stem, "N", f"{stem}{i}") for stem, size in sizes.items() for i in range(size)]
    assert [len(part) for part in hold_out(rows)] == [9, 2]


def test_a_word_that_is_too_large_for_what_is_left_is_passed_over():
    examples = [Example(f"{i}", "N", f"{i}.{form}") for i in range(12) for form in range(4)]
    assert len(hold_out(examples)[1]) == 4  # of the five that are a tenth


def test_words_are_held_out_whole_and_not_the_first_ones():
    examples = [Example(f"{i}", "N", f"{i}.{form}") for i in range(10) for form in range(2)]
    assert len(lemmas(hold_out(examples)[1])) == 1 and len(hold_out(examples)[1]) == 2
    single = [Example(f"{i}", "N", f"{i}.") for i in range(100)]
    train, dev = hold_out(single)
    assert len(dev) == 10 and dev != single[:10]
    assert train + dev == sorted(single, key=lambda example: (example in dev, int(example.source)))


def test_of_words_that_are_all_too_large_the_smallest_is_held_out():
    sizes = {"ev": 30, "el": 20, "at": 25}
    rows = [Example(stem, "N", f"{stem}{i}") for stem, size in sizes.items() for i in range(size)]
    assert lemmas(hold_out(rows)[1]) == {"el"}


def test_a_large_word_is_held_out_where_there_is_no_other(tmp_path):
    examples = [Example(stem, "N", f"{stem}{i}") for stem in ("ev", "el") for i in range(30)]
    train, dev = hold_out(examples)
    assert len(lemmas(train)) == len(lemmas(dev)) == 1
    (tmp_path / "one").write_text("ev\tevler\tN;PL\n")
    with pytest.raises(DataError, match="one example cannot be .*; give a development file"):
        load_data(tmp_path / "one")


def test_development_words_that_are_all_in_training_are_told(folder):
    with pytest.warns(
        DataWarning, match="all 8 development words are in training, 8 with the same"
    ):
        load_data(folder / "words.txt", dev=folder / "tur.dev")


def test_one_new_word_is_enough(folder, recwarn):
    (folder / "some").write_text(text(["ev", "new"]), encoding="utf-8")
    load_data(folder / "tur.trn", dev=folder / "some")
    assert not recwarn.list


def test_tasks_are_added_to_a_folder_only(folder):
    with pytest.raises(DataError, match="tasks can be added to those of a directory"):
        load_data(folder / "tur.trn", added_tasks=[1])


def test_what_is_not_there_is_named(folder):
    with pytest.raises(DataError, match="no such file or|no such directory: demos.*'demo'"):
        load_data("demos")
    with pytest.raises(DataError, match="no such file: .*Did you mean 'tur'"):
        load_data(folder, "turk")
    with pytest.raises(DataError, match="cannot read .*nothing"):
        load_data(folder, dev=folder / "nothing")


def words(examples):
    return {word for e in examples for word in e.words}


@pytest.fixture(scope="module")
def demo():
    return load_data("demo")


def test_no_word_of_the_demo_is_in_both_parts(demo):
    train, dev = demo
    assert (len(train), len(dev)) == (30_000, 1_000)
    assert not words(train) & words(dev)


def test_added_tasks_add_training_examples_alone(demo):
    (train, dev), (more, same) = demo, load_data("demo", added_tasks=[1])
    assert more[: len(train)] == train and len(more) > len(train) and same == dev
    assert not words(more) & words(dev)


def test_each_part_of_a_directory_has_the_rows_of_its_own_file(tmp_path):
    folder = write_data(tmp_path)
    for part, split in zip(load_data(folder), ("train", "dev"), strict=True):
        rows = [f"{e.source}\t{e.features}\t{e.target}\n" for e in part]
        assert "".join(rows) == (folder / f"turkish-task3-{split}").read_text(encoding="utf-8")


def test_the_demo_can_be_judged_on_a_file(tmp_path):
    (tmp_path / "dev").write_text("ev\tpos=N,case=ABL\tevden\n", encoding="utf-8")
    _, dev = load_data("demo", dev=tmp_path / "dev")
    assert [(e.source, e.target) for e in dev] == [("ev", "evden")]

import pytest
from training_runs import write_data

from keras_vae_collapse.commands.word_list import main
from keras_vae_collapse.tasks.reinflection import read_examples


@pytest.fixture
def data(tmp_path):
    folder = write_data(tmp_path / "data")
    (folder / "turkish-task1-train").write_text("kapı\tpos=N,num=PL\tkapılar\n", encoding="utf-8")
    (folder / "turkish-task1-dev").write_text("kapı\tpos=N,num=SG\tkapıcı\n", encoding="utf-8")
    return folder


def listed(data, *options):
    output = data.parent / "words"
    assert main([f"--data={data}", "--task=3", f"--output={output}", *options]) == 0
    return output.read_text(encoding="utf-8").splitlines()


def test_words_of_other_tasks_are_written_once_each(data, capsys):
    assert listed(data, "--from_tasks", "1") == ["kapı", "kapılar"]
    assert "2 words; 0 more are targets of the development set" in capsys.readouterr().out


def test_by_default_the_words_are_those_of_tasks_1_and_2(data):
    for split, stem in (("train", "lale"), ("dev", "kale")):
        row = f"pos=N,num=PL\t{stem}ler\tpos=N,num=SG\t{stem}\n"
        (data / f"turkish-task2-{split}").write_text(row, encoding="utf-8")
    assert listed(data) == ["kapı", "kapılar", "laleler", "lale"]


def test_targets_of_the_development_set_are_left_out_and_counted(data, capsys):
    found = listed(data, "--from_tasks", "1", "3")
    train, dev = (read_examples(data / f"turkish-task3-{split}") for split in ("train", "dev"))
    targets, words = {e.target for e in dev}, {w for e in train for w in e.words}
    assert targets & words and not targets & set(found)
    assert set(found) == {"kapı", "kapılar"} | words - targets
    left_out = len(words & targets)
    assert f"{left_out} more are targets of the development set" in capsys.readouterr().out


def test_copies_are_the_words_of_the_labelled_examples(data):
    few, all_words = listed(data, "--labelled=3"), listed(data, "--labelled=0")
    assert 0 < len(few) <= 6 and set(few) < set(all_words)


def test_what_cannot_be_is_one_line(data, capsys):
    options = [f"--data={data}", "--task=3", f"--output={data / 'words'}"]
    assert main([*options, "--labelled=10000"]) == 1
    assert "labelled=10,000: there are 72" in capsys.readouterr().err
    assert main([*options, "--from_tasks", "2"]) == 1
    assert "no such file" in capsys.readouterr().err

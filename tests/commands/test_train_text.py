import json
import re
import shlex

import pytest
from training_runs import TINY

from keras_vae_collapse.commands.diagnose import main as diagnose
from keras_vae_collapse.training.report.train_command import train_command
from zoo.train import main

LINES = [
    f"{who} {what} {where}" for who in "abcd" for what in "efgh" for where in ("here", "there")
]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    (folder / "ptb.train.txt").write_text("".join(f"{line}\n" for line in LINES[:24]))
    (folder / "ptb.valid.txt").write_text("".join(f"{line}\n" for line in LINES[24:]))
    return folder


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    """The folder of a run of sentences."""
    folder = tmp_path_factory.mktemp("runs") / "text"
    settings = [f"--set={name}={value}" for name, value in TINY.items()]
    words = [f"--data={data}", f"--output_dir={folder}", "--epochs=1", "--verbose=0"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keras_vae_collapse.training.process.prepare_process", lambda: None)
        assert main(["--task=text", "--recipe=base", *words, *settings]) == 0
    return folder


def test_a_run_of_sentences_says_what_it_is(run, data):
    config = json.loads((run / "config.json").read_text())
    assert config["task"] == "text" and config["data"]["name"] == str(data)
    assert json.loads((run / "metrics.json").read_text())["dev"]["examples"] == 8


def test_it_is_diagnosed_on_its_development_set_or_on_a_file(run, data, tmp_path, capsys):
    options = [f"--model_dir={run}", "--num_samples=3", f"--output_dir={tmp_path}"]
    for more, examples in (([], 8), ([f"--file={data / 'ptb.train.txt'}"], 24)):
        assert diagnose([*options, *more]) == 0
        figures = json.loads((tmp_path / "report.json").read_text())["figures"]
        assert figures["examples"] == examples
    assert "verdict: " in capsys.readouterr().out


def test_the_advice_trains_on_the_same_sentences():
    assert train_command({"name": "demo", "task": "text"}) == "kvc-train --task=text"
    data = {"name": "my texts", "task": "text", "dev": "dev.txt"}
    expected = ["kvc-train", "--data=my texts", "--dev=dev.txt", "--task=text"]
    assert sorted(shlex.split(train_command(data))) == sorted(expected)


WRONG = [
    (["--language=turkish"], "--language is for reinflection"),
    (["--added_tasks=1"], "--added_tasks is for reinflection"),
    (["--data=/nowhere.txt"], "no such file or directory: /nowhere.txt"),
    (["--set=tokens=letters"], "`tokens` must be one of 'words', 'characters'"),
    (["--set=vocabulary_limit=-1"], "`vocabulary_limit` must be an integer of at least 0"),
    (["--recipe=best"], "'text' has no augmentation"),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_a_wrong_command_line_is_one_line_that_says_what_is_wrong(tmp_path, words, message):
    answer = main(["--task=text", f"--output_dir={tmp_path / 'run'}", *words])
    assert answer.startswith("kvc-train: ") and re.search(message, answer)
    assert "\n" not in answer and not (tmp_path / "run").exists()


def test_settings_of_sentences_are_not_for_reinflection(tmp_path):
    answer = main([f"--output_dir={tmp_path / 'run'}", "--set=tokens=words"])
    assert "`tokens` is a setting of --task=text" in answer


def test_bad_lines_are_named(tmp_path):
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"good\n\xff\n")
    answer = main(["--task=text", f"--data={bad}", f"--output_dir={tmp_path / 'run'}"])
    assert f"{bad}, line 2: byte 0xff" in answer

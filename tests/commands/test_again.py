import shlex
import sys

import pytest

from keras_vae_collapse.commands.again import resume_command, this_command


@pytest.mark.parametrize(
    "program", [["python", "train.py"], ["python", "-m", "zoo.train"], ["python", "-u", "a b.py"]]
)
def test_the_command_is_what_was_typed(monkeypatch, program):
    words = ["--recipe=mdr", "--set", "a=b c", "--overwrite", "--noresume", "--output_dir=x"]
    monkeypatch.setattr(sys, "argv", ["anything", *words])
    monkeypatch.setattr(sys, "orig_argv", [*program, *words])
    assert shlex.split(this_command()) == program + words
    kept = [word for word in words if word not in ("--overwrite", "--noresume")]
    assert shlex.split(resume_command()) == [*program, *kept, "--resume"]


def test_a_module_is_no_program_of_the_same_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["anything"])
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "sort"])
    assert this_command() == "python -m sort"

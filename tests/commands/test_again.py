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


def test_a_program_that_is_found_by_its_name_is_called_by_it(monkeypatch, tmp_path):
    for folder in ("bin", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "kvc-train").write_text("#!/usr/bin/python\n")
        (tmp_path / folder / "kvc-train").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    words = ["--recipe=mdr", "-resume", "--overwrite=false", "--resumed=x"]
    for folder, program in (("bin", "kvc-train"), ("other", f"python {tmp_path}/other/kvc-train")):
        path = str(tmp_path / folder / "kvc-train")
        monkeypatch.setattr(sys, "argv", [path, *words])
        monkeypatch.setattr(sys, "orig_argv", ["python", path, *words])
        assert this_command() == f"{program} {' '.join(words)}"
        assert resume_command() == f"{program} --recipe=mdr --resumed=x --resume"

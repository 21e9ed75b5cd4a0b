"""The place where version 0.1 had the words of reinflection."""

import runpy
import sys

import pytest

from keras_vae_collapse import data
from keras_vae_collapse.tasks import reinflection


def test_a_name_of_version_0_1_is_found_and_its_new_place_said_where_it_is_used():
    with pytest.warns(
        DeprecationWarning, match="Example is in keras_vae_collapse.tasks.reinfl"
    ) as w:
        assert data.Example is reinflection.Example
    assert [warning.filename for warning in w] == [__file__]


@pytest.mark.parametrize("name", ["nothing", "_nothing", "__all__"])
def test_other_names_are_not_there(name):
    assert hasattr(reinflection, "__all__")
    with pytest.raises(AttributeError, match=f"module .*data. has no attribute .{name}."):
        getattr(data, name)


def test_the_embedded_data_are_written_by_the_module_of_that_name(tmp_path, monkeypatch, capsys):
    words = [f"--output_dir={tmp_path}", "--train_pairs=12", "--dev_pairs=6"]
    monkeypatch.setattr(sys, "argv", ["turkish_demo", *words, "--invented_stems=5"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("keras_vae_collapse.data.turkish_demo", run_name="__main__")
    assert ended.value.code == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines and all(" rows  " in line for line in lines) and any(tmp_path.iterdir())


def test_imported_it_does_nothing(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["turkish_demo", "--nonsense"])
    runpy.run_module("keras_vae_collapse.data.turkish_demo", run_name="turkish_demo")

import importlib.metadata
import shutil
import subprocess
import types

import pytest

import keras_vae_collapse
from keras_vae_collapse.runs.source_commit import source_commit

FILES = ("keras_vae_collapse/__init__.py", "zoo/__init__.py", "README.md")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout of two packages, which this one is taken for."""
    if shutil.which("git") is None:
        pytest.skip("no Git")
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("as committed")
    author = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    monkeypatch.setattr(keras_vae_collapse, "__file__", str(tmp_path / FILES[0]))
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "dirty"), [(FILES[0], True), (FILES[1], True), (FILES[2], False)]
)
def test_a_change_of_a_package_makes_the_commit_dirty(checkout, changed, dirty):
    clean = source_commit()
    assert len(clean) == 40
    (checkout / changed).write_text("changed")
    assert source_commit() == clean + "-dirty" * dirty


@pytest.mark.parametrize(
    ("text", "commit"),
    [
        ('{"url": "x", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}}', "c0ffee"),
        ('{"url": "file:///x"}', None),
        (None, None),
        ("{", None),
    ],
)
def test_an_installation_has_the_commit_that_pip_has_recorded(tmp_path, monkeypatch, text, commit):
    (tmp_path / "keras_vae_collapse").mkdir()
    monkeypatch.setattr(keras_vae_collapse, "__file__", str(tmp_path / FILES[0]))
    found = types.SimpleNamespace(read_text={"direct_url.json": text}.get)
    asked = {"keras-vae-collapse": found}
    monkeypatch.setattr(importlib.metadata, "distribution", asked.__getitem__)
    assert source_commit() == commit


def test_without_git_or_its_answer_no_commit_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr(keras_vae_collapse, "__file__", str(tmp_path / FILES[0]))
    (tmp_path / ".git").write_text("of nothing")
    assert source_commit() is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert source_commit() is None

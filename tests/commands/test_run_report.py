"""`kvc-report`: the page of a run by its directory."""

import sys

import pytest
from made_run import finished_run, write_config
from training_runs import tiny

import zoo
from keras_vae_collapse.commands.report import main
from keras_vae_collapse.training import train
from keras_vae_collapse.training.report import curves


@pytest.fixture
def run(tmp_path):
    return finished_run(tmp_path / "a run")


def test_it_writes_the_page_of_each_run(run, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(curves, "svg", lambda *_: "<svg></svg>")
    other = tmp_path / "other"
    write_config(other)
    assert main(zoo, [str(run), str(other)]) == 0
    pages = [folder / "report.html" for folder in (run, other)]
    assert capsys.readouterr().out == f"written:\n  {pages[0]}\n  {pages[1]}\n"
    assert "<h1>a run" in pages[0].read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_page_of_a_training_of_any_task_has_every_part(tmp_path):
    from copy_task import CopyTask

    run = tmp_path / "copies"
    train(tiny("mdr", rate_nats=4), CopyTask(), run, epochs=2, verbose=0, export=False)
    assert main(zoo, [str(run)]) == 0
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "finished after 2 of 2 epochs" in page and "Not here yet" not in page
    for title in ("Figures on the development set", "Curves", "Predictions", "Latent space"):
        assert f"<h2>{title}</h2>" in page
    assert "latent_dim=4" in page


def test_what_is_no_run_directory_is_one_line(tmp_path, capsys):
    assert main(None, [str(tmp_path / "nowhere")]) == 1
    assert capsys.readouterr().err == f"report: no such run directory: {tmp_path / 'nowhere'}\n"
    assert main(None, [str(tmp_path)]) == 1
    assert f"report: {tmp_path} is no run directory" in capsys.readouterr().err


def test_a_page_that_cannot_be_written_leaves_the_old_one(run, capsys, monkeypatch):
    monkeypatch.setattr("keras_vae_collapse.training.report.page.run_page", lambda *_: "new")
    page = run / "report.html"
    page.write_text("old")

    def full(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    assert main(zoo, [str(run)]) == 1
    assert "no space left" in capsys.readouterr().err
    monkeypatch.undo()
    assert page.read_text() == "old" and not [*run.glob(".report*")]


def test_tensorflow_is_not_asked_for_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_vae_collapse.commands.report.import_tensorflow", sys.exit)
    assert main(None, [str(tmp_path / "nowhere")]) == 1

"""What `kvc-train` does once a training has ended, however it did."""

import pathlib
import types

import pytest
from training_runs import write_data

import zoo
from zoo.train import main


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """`trained(ended_by, model)`: the exit code, and what the page was asked of."""
    pages = []

    def call(ended_by="epochs", model=None, page=lambda path: None):
        def write_run_page(path, recipes):
            pages.append((path, recipes))
            page(path)

        run = types.SimpleNamespace(model=model, metrics={"ended_by": ended_by})
        place = "keras_vae_collapse.training."
        monkeypatch.setattr(place + "process.prepare_process", lambda: None)
        monkeypatch.setattr(place + "train", lambda *_: run)
        monkeypatch.setattr(place + "report.write_run_page", write_run_page)
        monkeypatch.setattr(place + "summary.training_summary", lambda task, run: "the summary")
        monkeypatch.setattr("keras_vae_collapse.commands.train.resume_command", lambda: "again")
        data = write_data(tmp_path / "data")
        code = main([f"--data={data}", "--recipe=base", f"--output_dir={tmp_path / 'run'}"])
        return code, pages

    return call


@pytest.mark.parametrize(
    ("ended_by", "code"), [("epochs", 0), ("patience", 0), ("SIGINT", 130), ("SIGTERM", 143)]
)
def test_the_exit_code_says_which_signal_ended_it(trained, capsys, ended_by, code):
    assert trained(ended_by) == (code, [])  # no page: another process has the model
    assert ("interrupted; go on with: again" in capsys.readouterr().err) == (code > 0)


def test_the_page_is_written_before_the_summary_is_printed(trained, tmp_path, capsys):
    assert trained(model="a model") == (0, [(pathlib.Path(tmp_path / "run"), zoo)])
    assert capsys.readouterr().out.strip() == "the summary"


def test_a_page_that_cannot_be_written_is_said_and_the_run_is_complete(trained, capsys):
    def page(path):
        raise OSError("disk full")

    code, _ = trained(model="a model", page=page)
    out, err = capsys.readouterr()
    assert code == 0 and "the summary" in out
    assert err.splitlines()[-1] == "kvc-train: no report.html: disk full"

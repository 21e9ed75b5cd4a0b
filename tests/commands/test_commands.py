import io
import json
import sys

import pytest

from keras_vae_collapse.commands import evaluate, inflect


@pytest.fixture(autouse=True)
def keep_process(monkeypatch):
    from keras_vae_collapse.training import process as training_setup

    monkeypatch.setattr(training_setup, "prepare_process", lambda: None)


def _feed(monkeypatch, data):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_evaluate_repeats_the_figures_of_training(tiny_run, tmp_path, capsys):
    run, metrics = tiny_run
    gold = run.path.parent / "data" / "turkish-task3-dev"
    figures = tmp_path / "figures.json"
    predictions = tmp_path / "predictions.tsv"
    code = evaluate.main(
        [f"--model_dir={run.path}", f"--file={gold}", f"--json={figures}",
         f"--predictions={predictions}"]
    )  # fmt: skip
    assert code == 0
    saved = json.loads(figures.read_text())
    assert saved["accuracy"] == metrics["dev"]["accuracy"]
    assert saved["rate_nats"] == pytest.approx(metrics["dev"]["rate_nats"], rel=1e-4)
    assert saved["beam"]["mrr"] >= saved["beam"]["accuracy"]
    table = capsys.readouterr().out
    assert "beam 8" in table and "z gap" in table
    # Eight forms for each of the sixteen words.
    assert len(predictions.read_text().splitlines()) == 8 * 16


@pytest.mark.parametrize(
    ("model_dir", "file", "message"),
    [
        ("nowhere", "gold", "no such model directory"),
        (".", "gold", "holds no model.keras"),
        ("run", "nothing", "nothing"),
        ("run", "bad", "bad, line 2"),
    ],
)
def test_evaluate_says_what_is_wrong(tiny_run, tmp_path, capsys, model_dir, file, message):
    run, _ = tiny_run
    (tmp_path / "gold").write_text("ev\tpos=N\tev\n")
    (tmp_path / "bad").write_text("ev\tpos=N\tev\nev\tpos=N\n")
    path = run.path if model_dir == "run" else tmp_path / model_dir
    assert evaluate.main([f"--model_dir={path}", f"--file={tmp_path / file}"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("evaluate: ") and message in error


def test_inflect_answers_line_by_line(tiny_run, monkeypatch, capsys):
    from keras_vae_collapse.runs.model_archive import load_model

    run, _ = tiny_run
    _feed(monkeypatch, "evler\tpos=N,num=PL\ngöz\tpos=N,num=SG\n".encode())
    assert inflect.main([f"--model_dir={run.path}"]) == 0
    expected = load_model(run.path).inflect(["evler", "göz"], ["pos=N,num=PL", "pos=N,num=SG"])
    assert capsys.readouterr().out.splitlines() == expected


def test_inflect_gives_n_best_with_probabilities(tiny_run, monkeypatch, capsys):
    run, _ = tiny_run
    _feed(monkeypatch, b"evler\tpos=N,num=PL\n")
    assert inflect.main([f"--model_dir={run.path}", "--beam_width=4", "--n_best=3"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines() if line]
    scores = [float(score) for _, score in rows]
    assert len(rows) == 3 and scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"evler\n", "standard input, line 1: expected source<TAB>features"),
        (b"ev\tpos=N\n\xff\tpos=N\n", "standard input, line 2: not UTF-8"),
    ],
)
def test_inflect_names_the_bad_line(tiny_run, monkeypatch, capsys, data, message):
    run, _ = tiny_run
    _feed(monkeypatch, data)
    assert inflect.main([f"--model_dir={run.path}"]) == 1
    assert message in capsys.readouterr().err


def test_inflect_refuses_more_forms_than_the_beam_has(tiny_run, capsys):
    run, _ = tiny_run
    assert inflect.main([f"--model_dir={run.path}", "--n_best=3"]) == 1
    assert "n_best" in capsys.readouterr().err

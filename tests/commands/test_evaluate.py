import json

import pytest

from keras_vae_collapse.commands.evaluate import main


def test_the_figures_of_training_are_repeated(tiny_run, tmp_path, capsys):
    run, dev = tiny_run.directory, tiny_run.metrics["dev"]
    gold = run.path.parent / "data" / "turkish-task3-dev"
    figures, predictions = tmp_path / "figures.json", tmp_path / "predictions.tsv"
    options = [f"--file={gold}", f"--json={figures}", f"--predictions={predictions}"]
    assert main([f"--model_dir={run.path}", *options]) == 0
    saved = json.loads(figures.read_text())
    assert saved["accuracy"] == dev["accuracy"]
    assert saved["rate_nats"] == pytest.approx(dev["rate_nats"], rel=1e-4)
    assert saved["beam"]["mrr"] >= saved["beam"]["accuracy"]
    table = capsys.readouterr().out
    assert "beam 8" in table and "z gap" in table
    # Eight forms for each of the sixteen words.
    assert len(predictions.read_text().splitlines()) == 8 * 16


@pytest.mark.parametrize(
    ("folder", "file", "message"),
    [
        ("nowhere", "gold", "no such model directory"),
        (".", "gold", "holds no model.keras"),
        ("run", "nothing", "nothing"),
        ("run", "bad", "bad, line 2"),
    ],
)
def test_what_is_wrong_is_named(model_dir, tmp_path, capsys, folder, file, message):
    (tmp_path / "gold").write_text("ev\tpos=N\tev\n")
    (tmp_path / "bad").write_text("ev\tpos=N\tev\nev\tpos=N\n")
    path = model_dir if folder == "run" else tmp_path / folder
    assert main([f"--model_dir={path}", f"--file={tmp_path / file}"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("evaluate: ") and message in error


def test_every_option_reaches_the_evaluation(model_dir, monkeypatch):
    asked = []

    def evaluate(task, model, examples, *options):
        asked.append((len(examples), *options))
        raise ValueError("seen enough")

    monkeypatch.setattr("keras_vae_collapse.training.evaluate", evaluate)
    options = ["--beam_width=3", "--num_samples=5", "--seed=7"]
    assert main([f"--model_dir={model_dir}", f"--file={model_dir / 'examples'}", *options]) == 1
    assert asked == [(3, 3, 5, 7)]


def test_errors_are_written_with_their_kinds(model_dir, tmp_path, capsys):
    path = tmp_path / "errors.tsv"
    options = [f"--file={model_dir / 'examples'}", "--num_samples=1", "--beam_width=1"]
    assert main([f"--model_dir={model_dir}", *options, f"--errors={path}"]) == 0
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    assert header.split("\t")[:5] == ["source", "features", "target", "output", "kind"]
    assert f"{len(lines)} of 3 forms are wrong" in capsys.readouterr().out and lines

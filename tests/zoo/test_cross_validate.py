import json

import pytest
from training_runs import TINY, write_data

from keras_vae_collapse.core.files import write_json
from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.reinflection import write_predictions
from keras_vae_collapse.tasks.reinflection.fold_files import FoldData
from zoo import cross_validate
from zoo.cross_validation_report import read_folds, summary, table, write_report


def dev(accuracy, **parts):
    figures = {"accuracy": accuracy, "levenshtein": 1 - accuracy, "count": 10, "words": 10}
    per_pos = {pos: {**figures, "accuracy": value, "count": 4} for pos, value in parts.items()}
    return {**figures, "per_pos": per_pos, "beam": {**figures, "accuracy": 1.0, "per_pos": per_pos}}


def test_mean_and_deviation_by_hand():
    found = summary([dev(0.8, N=0.5), dev(0.9, N=0.7, V=1.0)])
    assert found["rows"] == 20
    assert found["accuracy"] == pytest.approx({"mean": 0.85, "deviation": 0.0707107}, rel=1e-5)
    assert found["accuracy, beam"]["mean"] == 1.0
    assert found["per_pos"]["N"]["accuracy"]["mean"] == pytest.approx(0.6)
    # One fold alone has no spread.
    assert found["per_pos"]["V"]["accuracy"] == {"mean": 1.0, "deviation": None}
    assert found["per_pos"]["V"]["rows"] == 4


def test_the_table_has_folds_mean_and_parts_of_speech():
    lines = table({0: dev(0.8, N=0.5), 2: dev(0.9, N=0.7, V=1.0)}).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == [
        "fold 0", "fold 2", "mean", "N", "V",
    ]  # fmt: skip
    assert "0.8500 ± 0.0707" in lines[4] and lines[6].startswith("| V | 4 | 1.0000 |")


@pytest.fixture
def trained(monkeypatch):
    """The jobs of folds, in place of which the right forms but the first are written."""
    jobs = []

    def run_apart(folder, run, options):
        data = run.data
        task = ReinflectionTask(data["data"], data["language"], int(data["task"]))
        jobs.append((folder.name, run, options))
        forms = [["wrong"], *([e.target] for e in task.dev_examples[1:])]
        figures = task.figures(task.dev_examples, forms)
        write_json(folder / "metrics.json", {"dev": figures})
        config = {"recipe": run.recipe.to_config(), "epochs": run.epochs}
        write_json(folder / "config.json", config)
        write_predictions(folder / "predictions-dev.tsv", task.dev_examples, forms)

    monkeypatch.setattr(cross_validate, "run_apart", run_apart)
    return jobs


def test_every_fold_is_trained_once_and_judged_on_its_words(trained, tmp_path, capsys):
    arguments = [
        f"--data={write_data(tmp_path / 'files')}", f"--output_dir={tmp_path / 'out'}",
        "--recipe=mdr", "--folds=3", "--epochs=2", "--seed=5", "--set=latent_dim=8",
        "--max_minutes=1.5",
    ]  # fmt: skip
    assert cross_validate.main([*arguments, "--fold=1"]) == 0
    assert [job[0] for job in trained] == ["fold-1"]
    assert cross_validate.main(arguments) == 0
    assert [job[0] for job in trained] == ["fold-1", "fold-0", "fold-2"]
    _, run, options = trained[0]
    words = ["-m", "zoo.cross_validate", *arguments, "--fold=1"]
    assert options == {"command": words, "max_minutes": 1.5}
    assert (run.recipe.name, run.recipe.latent_dim, run.seed, run.epochs) == ("mdr", 8, 5, 2)
    found = read_folds(tmp_path / "out", 3)
    rows = [figures["words"] for figures in found.values()]
    assert sum(rows) == 72
    for figures in found.values():
        assert figures["unseen"]["count"] == figures["count"]
        assert figures["accuracy"] == pytest.approx(1 - 1 / figures["count"])
    record = json.loads((tmp_path / "out" / "folds.json").read_text())
    assert record["rows"] == rows and list(record["done"]) == ["0", "1", "2"]
    assert record["summary"]["rows"] == sum(figures["count"] for figures in found.values())
    errors = (tmp_path / "out" / "errors.tsv").read_text(encoding="utf-8").splitlines()
    assert len(errors) == 1 + 3
    out = capsys.readouterr().out
    assert "3 of 72 forms are wrong" in out and "3 of 3 folds" in out
    shown = ", ".join(map(str, rows))
    assert out.startswith(f"3 folds of {shown} rows, 0 rows dropped that join words of two\n")
    names = ("folds.md", "folds.json", "errors.tsv")
    assert out.endswith("".join(["written:\n", *(f"  {tmp_path}/out/{n}\n" for n in names)]))
    shown = [float(line.split()[-1]) for line in out.splitlines() if line.startswith("fold ")]
    expected = [found[number]["accuracy"] for number in (1, 0, 1, 2)]
    assert shown == pytest.approx(expected, abs=1e-4)


def test_other_settings_are_refused_beside_finished_folds(trained, tmp_path, capsys):
    arguments = [
        f"--data={write_data(tmp_path / 'files')}", f"--output_dir={tmp_path / 'out'}",
        "--recipe=mdr", "--folds=2", "--fold=0",
    ]  # fmt: skip
    assert cross_validate.main([*arguments, "--epochs=1"]) == 0
    assert cross_validate.main([*arguments, "--epochs=2"]) == 1
    assert "was made with other settings" in capsys.readouterr().err


def test_an_impossible_fold_is_refused(tmp_path, capsys):
    assert cross_validate.main([f"--output_dir={tmp_path}", "--fold=5"]) == 1
    assert "--fold must lie in [0, 4]. Received: --fold=5" in capsys.readouterr().err


@pytest.mark.slow
def test_a_fold_is_trained_and_reported(tmp_path, capsys):
    settings = [f"--set={name}={value}" for name, value in TINY.items()]
    arguments = [
        f"--data={write_data(tmp_path / 'files')}", f"--output_dir={tmp_path / 'out'}",
        "--recipe=mdr", "--folds=2", "--fold=1", "--epochs=1", *settings,
    ]  # fmt: skip
    assert cross_validate.main(arguments) == 0
    metrics = json.loads((tmp_path / "out" / "fold-1" / "metrics.json").read_text())
    assert metrics["dev"]["unseen"]["count"] == metrics["dev"]["count"]
    data = FoldData(tmp_path / "files", folds=2)
    assert metrics["dev"]["words"] == data.rows[1]
    described = {"folds": 2, "recipe": "mdr", "seed": 0, "dropped": 0, "command": ""}
    files = {"language": "turkish", "task": 3, "added_tasks": ()}
    paths = write_report(tmp_path / "out", described, files)
    assert all(path.is_file() for path in paths)


def test_who_stops_is_told_how_to_go_on(tmp_path, capsys, monkeypatch):
    def run_apart(folder, run, options):
        asked.append(run)
        raise KeyboardInterrupt

    asked = []
    monkeypatch.setattr(cross_validate, "run_apart", run_apart)
    data = write_data(tmp_path / "files")
    for name in ("train", "dev"):
        rows = (data / f"turkish-task3-{name}").read_text(encoding="utf-8")
        (data / f"turkish-task1-{name}").write_text(rows, encoding="utf-8")
    arguments = [f"--data={data}", f"--output_dir={tmp_path / 'out'}", "--folds=2", "--task=3"]
    assert cross_validate.main([*arguments, "--added_tasks=1", "--recipe=kl_linear"]) == 130
    assert capsys.readouterr().err.endswith("stopped; the same command goes on\n")
    (run,) = asked
    assert run.data["added_tasks"] == [1] and run.data["task"] == "3" and run.seed == 0
    # As long as the recipe says, where the command line does not.
    assert run.epochs == run.recipe.epochs > 1

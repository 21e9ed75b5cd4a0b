import json
import signal
import time

import numpy as np
import pytest
from training_runs import TINY, finish, start, write_data

import zoo
from keras_vae_collapse.core.errors import RunError
from zoo import collapse_picture, compare, pretrained_models, publish
from zoo.comparison_report import read_runs, runs_table, table


def test_a_published_run_loads_and_answers_as_before(tiny_run, tmp_path, monkeypatch):
    from keras_vae_collapse.runs.model_archive import load_model

    run, metrics = tiny_run
    for module in (publish, pretrained_models):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    folder = publish.publish(run.path, "tiny")
    assert list(zoo.pretrained()) == ["tiny"]
    words, features = ["evler", "göz"], ["pos=N,num=PL", "pos=N,num=SG"]
    before = load_model(run.path)
    assert zoo.load("tiny").inflect(words, features) == before.inflect(words, features)
    record = json.loads((folder / "metrics.json").read_text())
    assert record["half_precision"]
    for weight, published in zip(before.get_weights(), zoo.load("tiny").get_weights(), strict=True):
        np.testing.assert_allclose(published, weight, rtol=2**-11, atol=3e-8)
    card = (folder / "card.md").read_text()
    for figures in (metrics["dev"], record["sample"]):
        assert f"{figures['accuracy']:.4f}" in card
    assert record["sample"]["rows"] == 40 and "40 rows of samples/turkish.tsv" in card
    assert record["unseen"]["rows"] == 0 and "0 rows of forms unseen in training | - |" in card
    assert "SHA-256" in card
    # The run was made by overrides that its command does not show.
    assert "to repeat it add" in card and "--set=rate_options.rate_nats=6.0" in card
    record["config"]["command"] = ["--set", "rate_nats=6", "--set=latent_dim=4", "--epochs=3"]
    settings = publish.settings_since(record["config"])
    assert "hidden_units=16" in settings
    assert not [s for s in settings if s.startswith(("rate_options", "latent_dim", "epochs"))]
    path = folder / "model.keras"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(RunError, match="SHA-256"):
        zoo.load("tiny")
    with pytest.raises(RunError, match="There are: tiny"):
        zoo.load("other")


def test_a_card_tells_of_every_teacher():
    name = zoo.pretrained().popitem()[0]
    path = pretrained_models.FOLDER / name / "metrics.json"
    first = {"epochs": 2, "training_minutes": 1.5, "accuracy": 0.5, "pairs": 7}
    second = {"epochs": 3, "training_minutes": 4.0, "accuracy": 0.75, "pairs": 8, "teacher": first}
    last = {"epochs": 6, "best_epoch": 5, "training_minutes": 9.0}
    record = {**json.loads(path.read_text(encoding="utf-8")), **last, "teacher": second}
    assert (
        "Training: a teacher first, 2 epochs, 1.5 minutes, accuracy 0.5000, that made 7 further "
        "pairs; then another, 3 epochs, 2.5 minutes, accuracy 0.7500, that made 8 further pairs; "
        "then 6 epochs, 9.0 minutes; on 2 CPU cores. Weights of epoch 5, chosen by accuracy on the "
        "development set, averaged with the last teacher's."
    ) in publish.card(name, record)


@pytest.fixture
def finished_runs(tmp_path):
    runs = []
    for name, accuracy in (("mdr-seed0", 0.8), ("mdr-seed1", 0.9), ("base-seed0", 0.0)):
        folder = tmp_path / name
        folder.mkdir()
        dev = {column: accuracy for column, _, _ in compare_columns()}
        metrics = {"dev": dev, "best_epoch": 7, "training_minutes": 2.04}
        (folder / "metrics.json").write_text(json.dumps(metrics))
        (folder / "config.json").write_text("{}")
        runs.append((name, folder))
    return runs


def test_the_table_has_means_and_deviations(finished_runs):
    lines = table(read_runs(finished_runs)).splitlines()
    assert lines[2].startswith("| mdr | 2 | 0.850 ± 0.071 |")
    assert lines[3].startswith("| base | 1 | 0.000 |")


def test_the_figures_of_each_run_stand_in_a_table(finished_runs):
    header, first, second, third = runs_table(finished_runs).splitlines()
    row = dict(zip(header.split("\t"), second.split("\t"), strict=True))
    assert row["run"] == "mdr-seed1" and row["accuracy"] == "0.9"
    assert row["best_epoch"] == "7" and row["minutes"] == "2.0"
    assert first.startswith("mdr-seed0\t0.8") and third.startswith("base-seed0\t0\t")


def test_runs_that_are_not_done_are_left_out(tmp_path):
    (tmp_path / "mdr-seed1").mkdir()
    runs = [("mdr-seed1", tmp_path / "mdr-seed1")]
    assert read_runs(runs) == {} and len(runs_table(runs).splitlines()) == 1


def compare_columns():
    from zoo.comparison_report import COLUMNS

    return COLUMNS


def test_jobs_are_recipes_times_seeds_and_targets_of_those_that_have_one():
    options = compare.arguments().parse_args(
        ["--recipes=base,mdr,free_bits", "--seeds=0,1", "--targets=10,40", "--output_dir=x"]
    )
    names = [(name, seed) for name, _, seed in compare.jobs(options)]
    assert names == [
        ("base", 0), ("mdr", 0), ("free_bits", 0), ("base", 1), ("mdr", 1), ("free_bits", 1),
        ("mdr@10", 0), ("free_bits@10", 0),
    ]  # fmt: skip


def test_compare_says_what_is_wrong(tmp_path, capsys):
    assert compare.main([f"--output_dir={tmp_path}", "--recipes=magic"]) == 1
    assert "no recipe 'magic'" in capsys.readouterr().err


def small_comparison(folder):
    """Arguments of a comparison of two tiny models."""
    return [
        "--recipes=base,mdr", "--seeds=0", f"--data={write_data(folder / 'data')}", "--epochs=1",
        f"--output_dir={folder / 'out'}", *(f"--set={k}={v}" for k, v in TINY.items()),
    ]  # fmt: skip


@pytest.mark.slow
def test_compare_spreads_its_runs_over_ray(tmp_path, capsys):
    ray = pytest.importorskip("ray", reason="Ray is an optional extra")
    command = small_comparison(tmp_path)
    try:
        assert compare.main([*command, "--ray"]) == 0
    finally:
        ray.shutdown()
    assert "[2/2]" in capsys.readouterr().out
    config = json.loads((tmp_path / "out" / "runs" / "mdr-seed0" / "config.json").read_text())
    assert config["command"] == ["-m", "zoo.compare", *command, "--ray"]
    assert compare.main(command) == 0
    assert "2 runs, 2 of them done" in capsys.readouterr().out


@pytest.mark.slow
def test_compare_runs_what_is_missing_and_only_that(tmp_path, capsys):
    command = small_comparison(tmp_path)
    assert compare.main(command) == 0
    first = capsys.readouterr().out
    assert "2 runs, 0 of them done" in first and "min left" in first
    assert "2 of 2 runs done" in (tmp_path / "out" / "RESULTS.md").read_text()
    for name in ("RESULTS.md", "runs.tsv", "rate_distortion.png", "accuracy_rate.png"):
        assert (tmp_path / "out" / name).stat().st_size > 100
    assert compare.main(command) == 0
    assert "2 runs, 2 of them done" in capsys.readouterr().out


@pytest.mark.slow
def test_an_interrupted_comparison_keeps_no_half_trained_run(tmp_path):
    flags = [*small_comparison(tmp_path), "--recipes=mdr", "--epochs=500", "--set=patience=500"]
    process = start("zoo/compare.py", *flags)
    run = tmp_path / "out" / "runs" / "mdr-seed0"
    while not list((run / "checkpoints").glob("epoch-00002*.npz")):
        assert process.poll() is None, process.communicate()[0][-3000:]
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    code, output = finish(process)
    assert code == 130, output[-3000:]
    assert "the same command goes on" in output and "Traceback" not in output
    assert not (run / "metrics.json").exists()


def test_a_comparison_does_not_take_over_runs_of_other_settings(tmp_path, capsys):
    recipe = zoo.recipe("mdr")
    run = tmp_path / "out" / "runs" / "mdr-seed0"
    run.mkdir(parents=True)
    (run / "metrics.json").write_text("{}")
    config = {"recipe": recipe.to_config(), "epochs": recipe.epochs}
    (run / "config.json").write_text(json.dumps(config))
    jobs = ["--recipes=mdr", "--seeds=0", f"--output_dir={tmp_path / 'out'}"]
    for other in ("--set=dropout=0.5", "--epochs=3"):
        assert compare.main([*jobs, other]) == 1
        assert "made with other settings" in capsys.readouterr().err
    assert compare._is_done(run, recipe, None)


def test_the_picture_is_drawn_from_runs(tiny_run, tmp_path):
    run, _ = tiny_run
    path = tmp_path / "picture.png"
    assert collapse_picture.main([f"--runs={run.path}", f"--output={path}"]) == 0
    assert path.read_bytes().startswith(b"\x89PNG")
    assert collapse_picture.main([f"--runs={tmp_path}", f"--output={path}"]) == 1


def test_a_run_from_before_a_field_existed_has_its_default(tmp_path):
    recipe = zoo.recipe("mdr")
    config = {"recipe": recipe.to_config(), "epochs": recipe.epochs}
    del config["recipe"]["slots"]
    (tmp_path / "metrics.json").write_text("{}")
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert compare._is_done(tmp_path, recipe, None)
    with pytest.raises(ValueError, match="other settings"):
        compare._is_done(tmp_path, zoo.override(recipe, ["slots=3"]), None)

import json
import signal
import time

import pytest
from training_runs import TINY, finish, start, write_data

import zoo
from keras_vae_collapse.core.parts import make_part
from zoo import compare
from zoo.comparison_report import COLUMNS, read_runs, runs_table, table
from zoo.schedule_length import with_schedule_length
from zoo.targets import has_target, with_target

DATA = {"name": "x", "language": "x", "task": 3, "train_examples": 9, "dev_examples": 9}


def write_run(folder, accuracy=0.5, name="mdr", without=()):
    """What a finished run of a recipe leaves, as far as a comparison reads it."""
    recipe = zoo.recipe(name)
    config = {"recipe": recipe.to_config(), "epochs": recipe.epochs, "data": DATA, "versions": {}}
    for field in without:
        del config["recipe"][field]
    dev = {column: accuracy for column, _, _ in COLUMNS}
    metrics = {"dev": dev, "best_epoch": 7, "training_minutes": 2.04}
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text(json.dumps(metrics))
    (folder / "config.json").write_text(json.dumps(config))


@pytest.fixture
def finished_runs(tmp_path):
    runs = {"mdr-seed0": 0.8, "mdr-seed1": 0.9, "base-seed0": 0.0}
    for name, accuracy in runs.items():
        write_run(tmp_path / name, accuracy)
    return [(name, tmp_path / name) for name in runs]


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


def test_jobs_are_recipes_times_seeds_and_targets_of_those_that_have_one():
    options = compare.arguments().parse_args(
        ["--recipes=base,mdr,free_bits", "--seeds=0,1", "--targets=10,40", "--output_dir=x"]
    )
    names = [(name, seed) for name, _, seed in compare.jobs(options)]
    assert names == [
        ("base", 0), ("mdr", 0), ("free_bits", 0), ("base", 1), ("mdr", 1), ("free_bits", 1),
        ("mdr@10", 0), ("free_bits@10", 0),
    ]  # fmt: skip


def test_all_recipes_are_those_of_one_method():
    options = compare.arguments().parse_args(["--seeds=0", "--output_dir=x"])
    names = [name for name, _, _ in compare.jobs(options)]
    assert sorted([*names, "best"]) == sorted(zoo.recipes())


def test_a_target_is_what_each_method_makes_of_it():
    names = ("mdr", "free_bits", "delta_vae", "bn_vae")
    found = {name: with_target(zoo.recipe(name), 32.0) for name in names}
    latent_dim = zoo.recipe("bn_vae").latent_dim
    assert found["mdr"].rate_term["rate_nats"] == found["delta_vae"].latent["delta_nats"] == 32.0
    assert found["free_bits"].rate_term["free_nats"] == 32.0 / latent_dim
    # Batch normalisation bounds the rate by latent_dim gamma^2 / 2.
    assert latent_dim * found["bn_vae"].latent["gamma"] ** 2 / 2 == pytest.approx(32.0)
    assert not has_target(zoo.recipe("base"))


def test_a_shorter_schedule_is_the_same_curve_in_fewer_steps():
    for name in ("kl_linear", "kl_exponential", "kl_logistic", "kl_cyclical"):
        recipes = zoo.recipe(name), with_schedule_length(zoo.recipe(name), 0.5)
        whole, half = (make_part("weight", r.rate_term["weight"], ("schedules",)) for r in recipes)
        for step in (100, 3000):
            assert float(half(step)) == pytest.approx(float(whole(2 * step)), rel=1e-3)
    recipe = zoo.recipe("encoder_pretraining")
    shorter = with_schedule_length(recipe, 0.01)
    assert shorter.encoder_training["epochs"] == 1 < recipe.encoder_training["epochs"]


def test_compare_says_what_is_wrong(tmp_path, capsys):
    assert compare.main([f"--output_dir={tmp_path}", "--recipes=magic"]) == 1
    assert "no recipe 'magic'" in capsys.readouterr().err


def test_runs_of_other_settings_are_not_taken_over(tmp_path, capsys):
    # One from before a recipe had slots: that field has its default.
    write_run(tmp_path / "runs" / "mdr-seed0", without=("slots",))
    command = ["--recipes=mdr", "--seeds=0", f"--output_dir={tmp_path}"]
    for other in ("--set=dropout=0.5", "--set=slots=4", "--epochs=3"):
        assert compare.main([*command, other]) == 1
        assert "made with other settings" in capsys.readouterr().err
    assert compare.main(command) == 0
    assert "1 runs, 1 of them done" in capsys.readouterr().out


def small_comparison(folder):
    """Arguments of a comparison of two tiny models."""
    return [
        "--recipes=base,mdr", "--seeds=0", f"--data={write_data(folder / 'data')}", "--epochs=1",
        f"--output_dir={folder / 'out'}", *(f"--set={k}={v}" for k, v in TINY.items()),
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("flags", [[], ["--ray"]], ids=["here", "ray"])
def test_compare_runs_what_is_missing_and_only_that(tmp_path, capsys, flags):
    command, output = small_comparison(tmp_path), tmp_path / "out"
    if flags:
        ray = pytest.importorskip("ray", reason="Ray is an optional extra")
    try:
        assert compare.main([*command, *flags]) == 0
    finally:
        if flags:
            ray.shutdown()
    first = capsys.readouterr().out
    assert "2 runs, 0 of them done" in first and "min left" in first and "[2/2]" in first
    assert "2 of 2 runs done" in (output / "RESULTS.md").read_text()
    for name in ("RESULTS.md", "runs.tsv", "rate_distortion.png", "accuracy_rate.png"):
        assert (output / name).stat().st_size > 100
    config = json.loads((output / "runs" / "mdr-seed0" / "config.json").read_text())
    assert config["command"] == ["-m", "zoo.compare", *command, *flags]
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

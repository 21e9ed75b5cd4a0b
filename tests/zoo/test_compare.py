import json
import shutil
import signal
import time

import pytest
from training_runs import TINY, finish, start, write_data

import zoo
from keras_vae_collapse.core.parts import make_part
from zoo import compare, comparison_report
from zoo.comparison_pictures import places
from zoo.comparison_report import parts_of, table, write_report
from zoo.job import is_done
from zoo.plan import planned_runs
from zoo.runs_file import COLUMNS as RUNS_COLUMNS
from zoo.runs_file import FIGURES, read_rows, row_of, rows_by_command, write_rows
from zoo.schedule_length import with_schedule_length
from zoo.targets import has_target, with_target

DATA = {"name": "x", "language": "x", "task": 3, "train_examples": 9, "dev_examples": 9}


def write_run(folder, accuracy=0.5, name="mdr", without=(), ended_by="patience"):
    """What a finished run of a recipe leaves, as far as a comparison reads it."""
    recipe = zoo.recipe(name)
    config = {"recipe": recipe.to_config(), "epochs": recipe.epochs, "data": DATA, "versions": {}}
    for field in without:
        del config["recipe"][field]
    dev = {column: accuracy for column in FIGURES if column != "exact_match"}
    metrics = {"dev": dev, "best_epoch": 7, "steps": 70, "ended_by": ended_by}
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text(json.dumps(metrics))
    (folder / "config.json").write_text(json.dumps(config))


@pytest.fixture
def rows(tmp_path):
    """Rows of two recipes with two seeds each, of which the last is not done."""
    runs = planned_runs({"parts": [{"part": "all", "recipes": ["base", "mdr"], "seeds": [0, 1]}]})
    for run, accuracy in zip(runs[:3], (0.0, 0.8, 0.9), strict=True):
        write_run(
            tmp_path / run.name, accuracy, ended_by="epochs" if accuracy > 0.8 else "patience"
        )
    return [row_of(run, tmp_path / run.name) for run in runs]


def test_the_table_has_means_deviations_and_what_has_converged(rows):
    for row in rows:
        if row["method"] == "base" and row["seed"] == "1":
            row["method"] = "mdr"  # so that `mdr` has 0.8 and 0.9
    lines = table(parts_of(rows)["all"]).splitlines()
    assert lines[0].startswith("| recipe | seeds | converged | accuracy | Levenshtein | rate |")
    assert lines[2].startswith("| mdr | 2 of 3 | 1 | 0.850 ± 0.071 |")
    assert lines[3].startswith("| base | 1 | 1 | 0.000 |")


def test_a_part_without_figures_is_a_table_of_three_columns(rows):
    lines = table({"mdr": [row for row in rows if not row["accuracy"]]}).splitlines()
    assert lines == ["| recipe | seeds | converged |", "|---|---|---|", "| mdr | 0 of 1 | 0 |"]


def test_every_run_has_a_row_in_the_file_done_or_not(rows, tmp_path):
    assert write_rows(tmp_path / "runs.tsv", rows) == rows == read_rows(tmp_path / "runs.tsv")
    done, last = rows[1], rows[3]
    assert (done["recipe"], done["seed"], done["accuracy"]) == ("mdr", "0", "0.8")
    assert (done["steps"], done["best_epoch"], done["converged"]) == ("70", "7", "yes")
    assert (rows[2]["converged"], rows[2]["ended_by"]) == ("no", "epochs")
    assert (last["recipe"], last["seed"], last["accuracy"], last["converged"]) == (
        "mdr",
        "1",
        "",
        "",
    )


def test_a_file_of_other_columns_is_refused(tmp_path):
    (tmp_path / "runs.tsv").write_text("run\taccuracy\n")
    with pytest.raises(ValueError, match="has not the columns of a comparison: part, method"):
        read_rows(tmp_path / "runs.tsv")


def test_pictures_are_redrawn_from_the_file_alone(rows, tmp_path, capsys):
    write_rows(tmp_path / "runs.tsv", rows)
    assert compare.main([f"--output_dir={tmp_path}", "--redraw"]) == 0
    text = (tmp_path / "RESULTS.md").read_text()
    assert "3 of 4 runs done" in text and "demo, x: 9 training and 9 development" in text
    for name in ("all-accuracy.png", "all-distortion.png", "all-iw.png"):
        assert f"({name})" in text and (tmp_path / name).stat().st_size > 1000


def test_claims_stand_in_the_report_where_the_plan_has_some(rows, tmp_path):
    claim = {
        "claim": "MDR beats nothing", "source": "us", "part": "all", "figure": "accuracy",
        "more": "mdr", "less": "base",
    }  # fmt: skip
    for claims, shown in (([claim], True), ([], False)):
        write_report(tmp_path, rows, "", claims)
        text = (tmp_path / "RESULTS.md").read_text()
        assert ("## Claims" in text and "MDR beats nothing" in text) is shown


def test_a_part_of_one_recipe_and_two_axes_is_a_heat_map(tmp_path):
    axes = {
        "weakening": {"none": [], "characters": ["history_dropout.class=CharDropout"]},
        "rate term": {"KL": [], "MDR": ["rate_term.class=MDRConstraint"]},
    }
    part = {"part": "Inter play", "recipes": ["base"], "seeds": [0], "axes": axes}
    runs = planned_runs({"parts": [part]})
    for number, run in enumerate(runs):
        write_run(tmp_path / run.name, number / 10, "base")
    rows = [row_of(run, tmp_path / run.name) for run in runs]
    assert [places(row) for row in rows][2] == {"weakening": "characters", "rate term": "KL"}
    assert tmp_path / "inter-play-heat.png" in write_report(tmp_path, rows, "")


def test_parts_that_multiply_one_setting_are_one_picture(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        comparison_report, "draw_sensitivity", lambda path, parts: drawn.extend(parts)
    )
    parts = [
        {
            "part": f"knob of {name}", "recipes": [name], "seeds": [0, 1],
            "axes": {f"times {knob}": {"x 2": [f"{knob}=2.0"], "x 0.5": [f"{knob}=0.5"]}},
        }
        for name, knob in (("mdr", "rate_term.rate_nats"), ("bag_of_chars", "bag_of_chars.weight"))
    ]  # fmt: skip
    runs = planned_runs({"parts": parts})
    for number, run in enumerate(runs):
        write_run(tmp_path / run.name, number / 10, run.recipe.name)
    rows = [row_of(run, tmp_path / run.name) for run in runs]
    assert tmp_path / "sensitivity.png" in write_report(tmp_path, rows, "")
    accuracies = [{f: [r["accuracy"] for r in rows] for f, rows in one.items()} for one in drawn]
    assert accuracies == [
        {0.5: ["0.1", "0.3"], 2.0: ["0", "0.2"]},
        {0.5: ["0.5", "0.7"], 2.0: ["0.4", "0.6"]},
    ]
    monkeypatch.undo()
    write_report(tmp_path, rows, "")
    assert (tmp_path / "sensitivity.png").stat().st_size > 1000
    text = (tmp_path / "RESULTS.md").read_text()
    assert text.count("![") == 1 and "(sensitivity.png)" in text


def test_the_flags_are_recipes_times_seeds_and_targets_of_those_that_have_one():
    options = compare.arguments().parse_args(
        ["--recipes=base,mdr,free_bits", "--seeds=0,1", "--targets=10,40", "--output_dir=x"]
    )
    found = [run.name for run in compare.plan_of(options)[0]]
    assert found == [
        "base-seed0", "mdr-seed0", "free_bits-seed0", "base-seed1", "mdr-seed1", "free_bits-seed1",
        "mdr@10-seed0", "mdr@40-seed0", "free_bits@10-seed0", "free_bits@40-seed0",
    ]  # fmt: skip


def test_a_target_is_what_each_method_makes_of_it():
    names = ("mdr", "free_bits", "delta_vae", "bn_vae")
    found = {name: with_target(zoo.recipe(name), 32.0) for name in names}
    latent_dim = zoo.recipe("bn_vae").latent_dim
    assert found["mdr"].rate_term["rate_nats"] == found["delta_vae"].latent["delta_nats"] == 32.0
    assert found["free_bits"].rate_term["free_nats"] == 32.0 / latent_dim
    total = zoo.recipe("free_bits")
    total = total.replace(rate_term={**total.rate_term, "over": "total"})
    assert with_target(total, 32.0).rate_term["free_nats"] == 32.0
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
    with pytest.raises(ValueError, match="made with other settings"):
        is_done(tmp_path / "runs" / "mdr-seed0", zoo.recipe("mdr"), None, held_out=0.5)
    assert compare.main(command) == 0
    assert "1 runs, 1 of them done" in capsys.readouterr().out


def test_a_row_stands_for_a_run_whose_folder_is_gone(tmp_path, capsys):
    plan = {"parts": [{"part": part, "recipes": ["mdr"], "seeds": [0]} for part in ("a", "b")]}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    write_run(tmp_path / "runs" / "mdr-seed0", accuracy=0.7)
    command = [str(tmp_path / "plan.json"), f"--output_dir={tmp_path}"]
    assert compare.main(command) == 0
    before = (tmp_path / "runs.tsv").read_text()
    shutil.rmtree(tmp_path / "runs")
    assert compare.main(command) == 0
    assert capsys.readouterr().out.count("1 runs, 1 of them done") == 2
    assert (tmp_path / "runs.tsv").read_text() == before
    assert "| b | 1 | 0 | 0 | 0 |" in (tmp_path / "PROGRESS.md").read_text()
    # Another seed is another training.
    (row,) = rows_by_command(tmp_path / "runs.tsv").values()
    (other,) = planned_runs({"parts": [{"part": "a", "recipes": ["mdr"], "seeds": [1]}]})
    assert row["accuracy"] == "0.7" and row["command"] != other.command


def test_what_a_recipe_leaves_to_the_task_is_no_other_setting(tmp_path):
    write_run(tmp_path / "run")
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    config["recipe"] |= {"tokens": "words", "vocabulary_limit": 10_000, "augmentation": None}
    (tmp_path / "run" / "config.json").write_text(json.dumps(config))
    assert is_done(tmp_path / "run", zoo.recipe("mdr"), None)
    with pytest.raises(ValueError, match="made with other settings"):
        is_done(tmp_path / "run", zoo.recipe("mdr").replace(tokens="characters"), None)


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
    names = ("RESULTS.md", "PROGRESS.md", "runs.tsv", "recipes-distortion.png")
    for name in names:
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


def test_figures_of_examples_held_out_take_the_place_of_those_that_chose(tmp_path):
    (run,) = planned_runs({"held_out": 0.5, "parts": [{"recipes": ["mdr"], "seeds": [0]}]})
    assert "--held_out=0.5" in run.command
    write_run(tmp_path / "run", accuracy=0.9)
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    held_out = {**metrics["dev"], "accuracy": 0.25, "unseen": {"accuracy": 0.2, "count": 3}}
    (tmp_path / "run" / "metrics.json").write_text(json.dumps({**metrics, "held_out": held_out}))
    (tmp_path / "run" / "right.txt").write_text("0100")
    row = row_of(run, tmp_path / "run")
    assert (row["accuracy"], row["unseen_accuracy"], row["right"]) == ("0.25", "0.2", "0100")
    write_report(tmp_path, [row], "")
    assert "that have chosen nothing" in (tmp_path / "RESULTS.md").read_text()


@pytest.fixture
def made(monkeypatch):
    """What the runner is asked for; in place of trainings, runs are written, or fail by name."""
    asked = []

    def run(name):
        def runner(waiting, options, workers):
            asked.append((name, [folder.name for folder, _ in waiting], options, workers))
            for folder, planned in waiting:
                if len(asked) > 1:
                    raise KeyboardInterrupt
                if planned.seed == 0:
                    write_run(folder, accuracy=0.5, name=planned.recipe.name)
                    yield folder, None
                else:
                    yield folder, "failed, see its failure.txt"
                # Table and pages are written anew after every training.
                results = (folder.parents[1] / "RESULTS.md").read_text()
                assert "1 of 2 runs done" in results

        return runner

    monkeypatch.setattr(compare, "run_here", run("here"))
    monkeypatch.setattr(compare, "run_on_ray", run("ray"))
    monkeypatch.setattr(comparison_report, "draw_curves", lambda *_: [])
    return asked


@pytest.mark.parametrize("flags", [[], ["--ray"]], ids=["here", "ray"])
def test_every_option_reaches_the_runner_and_a_failure_stops_no_other(
    made, tmp_path, capsys, monkeypatch, flags
):
    words = ["--recipes=mdr", "--seeds=0,1", "--workers=3", "--max_minutes=2.5", *flags]
    words.append(f"--output_dir={tmp_path}")
    monkeypatch.setattr("sys.argv", ["zoo/compare.py", *words])
    assert compare.main() == 1  # since one has failed
    options = {"command": ["-m", "zoo.compare", *words], "max_minutes": 2.5, "ray": bool(flags)}
    assert made == [("ray" if flags else "here", ["mdr-seed0", "mdr-seed1"], options, 3)]
    out = capsys.readouterr().out
    assert "[1/2] mdr-seed0: accuracy 0.5000" in out and "[2/2] mdr-seed1: failed, see" in out
    listed = [f"  {tmp_path / name}\n" for name in ("PROGRESS.md", "RESULTS.md", "runs.tsv")]
    assert out.endswith("".join(["written:\n", *listed]))
    assert "- mdr-seed1 failed: failed, see" in (tmp_path / "PROGRESS.md").read_text()
    assert f"python -m zoo.compare {words[0]} " in (tmp_path / "RESULTS.md").read_text()
    assert compare.main() == 130
    assert capsys.readouterr().err == "stopped; the same command goes on\n"
    assert made[1][1] == ["mdr-seed1"]


def test_without_flags_every_recipe_is_trained_as_it_is_with_three_seeds():
    options = compare.arguments().parse_args(["--output_dir=x"])
    runs, claims = compare.plan_of(options)
    assert claims == [] and options.workers == 1 and not options.ray
    assert [run.seed for run in runs] == sorted([0, 1, 2] * (len(runs) // 3))
    assert len({run.recipe.name for run in runs}) == len(runs) // 3 > 20
    assert all(run.recipe == zoo.recipe(run.recipe.name) for run in runs)
    assert all(run.data["data"] == "demo" and run.rate is None for run in runs)


def test_every_flag_of_the_trainings_is_in_the_plan():
    options = compare.arguments().parse_args(
        ["--recipes=mdr,encoder_pretraining", "--seeds=4,", "--targets=2.5", "--target_seeds=6,7",
         "--data=d", "--dev=f", "--language=l", "--task=2", "--epochs=3", "--schedule_length=0.5",
         "--set=dropout=0", "--set=latent_dim=5", "--output_dir=x"]
    )  # fmt: skip
    runs, _ = compare.plan_of(options)
    assert [(run.method, run.seed) for run in runs] == [
        ("mdr", 4), ("encoder_pretraining", 4), ("mdr@2.5", 6), ("encoder_pretraining@2.5", 6),
        ("mdr@2.5", 7), ("encoder_pretraining@2.5", 7),
    ]  # fmt: skip
    for run in runs:
        assert (run.epochs, run.recipe.dropout, run.recipe.latent_dim) == (3, 0.0, 5)
        found = [run.data[name] for name in ("data", "dev", "language", "task")]
        assert found == ["d", "f", "l", "2"]
    whole = zoo.recipe("encoder_pretraining").encoder_training["epochs"]
    assert runs[1].recipe.encoder_training["epochs"] == round(whole / 2)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--seeds=0,one"], "expected numbers joined by commas. Received: '0,one'"),
        (["--targets=high"], "expected numbers joined by commas. Received: 'high'"),
        (["--workers=0"], "--workers must be at least 1. Received: 0"),
        (["--schedule_length=0"], "the length of schedules must be positive. Received: 0.0"),
    ],
)
def test_a_number_that_cannot_be_is_one_line(flags, message, tmp_path, capsys):
    assert compare.main([f"--output_dir={tmp_path}", *flags]) == 1
    assert capsys.readouterr().err.strip().endswith(message)


def test_a_folder_for_all_that_is_written_must_be_named(capsys):
    with pytest.raises(SystemExit, match="2"):
        compare.main(["--redraw"])
    assert "--output_dir" in capsys.readouterr().err


def test_different_trainings_of_one_name_have_folders_of_their_own(made, tmp_path):
    parts = [
        {"part": str(size), "recipes": ["mdr"], "seeds": [0], "set": [f"latent_dim={size}"]}
        for size in (3, 4, 5)
    ]
    (tmp_path / "plan.json").write_text(json.dumps({"parts": parts}))
    with pytest.raises(AssertionError):  # of the runner, which expects two runs
        compare.main([str(tmp_path / "plan.json"), f"--output_dir={tmp_path}"])
    assert made[0][1] == ["mdr-seed0", "mdr-seed0-2", "mdr-seed0-3"]


def test_redrawn_tables_have_the_claims_of_the_plan(rows, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(comparison_report, "draw_curves", lambda *_: [])
    claim = {"claim": "MDR gains", "source": "us", "figure": "accuracy", "more": "mdr"}
    plan = {"parts": [{"part": "all", "recipes": ["base", "mdr"], "seeds": [0, 1]}]}
    plan["claims"] = [{**claim, "less": "base", "part": "all"}]
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    write_rows(tmp_path / "runs.tsv", rows)
    assert compare.main([str(tmp_path / "plan.json"), f"--output_dir={tmp_path}", "--redraw"]) == 0
    assert "| MDR gains (accuracy of mdr - base) | us |" in (tmp_path / "RESULTS.md").read_text()
    assert f"  {tmp_path / 'RESULTS.md'}\n" in capsys.readouterr().out


def row_with(method, **figures):
    """A row of a training that is done, with some figures and no other."""
    row = dict.fromkeys(RUNS_COLUMNS, "") | {"method": method, "recipe": method, "part": "all"}
    row |= {"converged": "yes", "data": "demo", "train_examples": "1200", "dev_examples": "90"}
    return row | {name: str(value) for name, value in {"rate_nats": 1.0, **figures}.items()}


def test_figures_stand_below_their_labels_with_their_digits():
    values = {
        "accuracy": 0.12345, "exact_match": 0.23456, "unseen_accuracy": 0.34567,
        "levenshtein": 0.45678, "rate_nats": 5.6789, "distortion_nats": 6.7891,
        "iw_nll_nats": 7.8912, "mutual_information_nats": 8.9123, "active_units": 9.1234,
        "z_gap_nats": 1.2345,
    }  # fmt: skip
    header, _, line = table({"mdr": [row_with("mdr", **values)]}).splitlines()
    names, shown = (part.strip("| ").split(" | ") for part in (header, line))
    assert dict(zip(names, shown, strict=True)) == {
        "recipe": "mdr", "seeds": "1", "converged": "1", "accuracy": "0.123",
        "exact match": "0.235", "accuracy, unseen words": "0.346", "Levenshtein": "0.457",
        "rate": "5.68", "distortion": "6.79", "IW-NLL": "7.89", "MI": "8.91",
        "active units": "9.1", "z gap": "1.23",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("figures", "first"),
    [
        # (those of `a`, then those of `b`), and who is better
        (({"accuracy": 0.5, "exact_match": 0.1}, {"accuracy": 0.4, "exact_match": 0.2}), "a"),
        (({"exact_match": 0.1, "z_gap_nats": 9}, {"exact_match": 0.2, "z_gap_nats": 1}), "b"),
        (({"z_gap_nats": 1, "rate_nats": 9}, {"z_gap_nats": 2, "rate_nats": 3}), "b"),
        (({"rate_nats": 9}, {"rate_nats": 3}), "a"),
        (({"accuracy": ""}, {"accuracy": 0.0}), "b"),
    ],
)
def test_the_best_method_comes_first(figures, first):
    methods = {name: [row_with(name, **of)] for name, of in zip("ab", figures, strict=True)}
    assert table(methods).splitlines()[2].startswith(f"| {first} |")


def test_the_report_says_what_it_is_of_part_by_part(tmp_path):
    done = [row_with("mdr", accuracy=0.5, language="x"), row_with("base", accuracy=0.25)]
    remaining = {**row_with("mdr", rate_nats=""), "part": "equal rate"}
    paths = write_report(tmp_path, [*done, remaining], "the command")
    names = ["RESULTS.md", "runs.tsv", "all-accuracy.png"]
    assert paths == [tmp_path / name for name in names]
    lines = [line for line in paths[0].read_text().split("\n\n") if not line.startswith("| ")]
    assert lines[0] == "# Results on the development set" and lines[1].startswith("Greedy decoding")
    assert lines[2:] == [
        "Command: `the command`, 2 of 3 runs done",
        "## All",
        "Data: demo, x: 1,200 training and 90 development examples; "
        "demo: 1,200 training and 90 development examples.",
        "![all-accuracy](all-accuracy.png)",
        "## Equal rate",
        "Data: none of its runs is done.",
        "Figures, and the command, of each run: [runs.tsv](runs.tsv)\n",
    ]
    write_report(tmp_path, [{**done[0], "right": "01"}], "the command")
    text = paths[0].read_text()
    assert text.index("have chosen nothing") < text.index("Command: ")


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan")])
def test_a_schedule_has_a_length(factor):
    with pytest.raises(
        ValueError, match=f"length of schedules must be positive. Received: {factor}"
    ):
        with_schedule_length(zoo.recipe("kl_linear"), factor)


def test_of_a_schedule_at_least_a_step_remains():
    for name, field in (("kl_logistic", "midpoint"), ("kl_cyclical", "cycle_steps")):
        shorter = with_schedule_length(zoo.recipe(name), 1e-9)
        assert shorter.rate_term["weight"][field] == 1


def test_a_recipe_without_a_target_is_named():
    with pytest.raises(zoo.RecipeError, match="recipe 'base' has no target rate"):
        with_target(zoo.recipe("base"), 3.0)

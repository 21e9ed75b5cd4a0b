import json

import pytest
from training_runs import start, write_data

from keras_vae_collapse.tasks.reinflection import read_predictions, score_predictions


def test_a_run_leaves_every_file_of_the_contract(tiny_run):
    run, metrics = tiny_run
    names = {path.name for path in run.path.iterdir() if not path.name.startswith(".")}
    assert names == {
        "config.json", "checkpoints", "logs", "model.keras", "export", "predictions-dev.tsv",
        "metrics.json",
    }  # fmt: skip
    saved = json.loads(run.metrics.read_text())
    assert saved == json.loads(json.dumps(metrics))
    assert set(saved["dev"]) >= {
        "accuracy", "levenshtein", "normalized_levenshtein", "mrr", "distortion_nats",
        "rate_nats", "iw_nll_nats", "mutual_information_nats", "active_units", "z_gap_nats",
    }  # fmt: skip
    config = json.loads(run.config.read_text())
    assert config["seed"] == 0 and config["recipe"]["rate_options"]["rate_nats"] == 6.0
    assert config["versions"]["keras"] and config["data"]["sha256"]


def test_predictions_score_as_the_metrics_say(tiny_run):
    from keras_vae_collapse.tasks.reinflection import read_examples

    run, metrics = tiny_run
    gold = read_examples(run.path.parent / "data" / "turkish-task3-dev")
    scores = score_predictions(gold, read_predictions(run.predictions))
    assert scores["accuracy"] == metrics["dev"]["accuracy"]
    assert scores["levenshtein"] == metrics["dev"]["levenshtein"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--recipe=magic"], "no recipe 'magic'. Recipes: .*base.*mdr"),
        (["--set", "latent_dims=4"], "no field 'latent_dims'. Allowed: .*latent_dim"),
        (["--set", "latent_dim=-4"], "`latent_dim` must be an integer of at least 1"),
        (["--data=nowhere"], "no such directory: nowhere"),
        (["--set", "batch_size=100000"], "batch_size"),
        (["--set", "learning_rate_decay=fast"], "'constant', 'cosine'"),
    ],
)
def test_a_bad_flag_is_one_line_that_says_what_is_allowed(tmp_path, arguments, message):
    data = write_data(tmp_path / "data")
    flags = [f"--data={data}", f"--output_dir={tmp_path / 'run'}", *arguments]
    output, process = _run("train.py", *flags)
    assert process.returncode == 1
    lines = [line for line in output.splitlines() if line.startswith("train.py: ")]
    assert len(lines) == 1 and "Traceback" not in output
    import re

    assert re.search(message, lines[0])


def test_a_run_is_not_overwritten_unasked(tiny_run):
    run, _ = tiny_run
    before = run.model.read_bytes()
    data = run.path.parent / "data"
    output, process = _run("train.py", f"--data={data}", f"--output_dir={run.path}")
    assert process.returncode == 1
    assert "--resume" in output and "--overwrite" in output
    assert run.model.read_bytes() == before


def _run(*arguments):
    process = start(*arguments)
    output, _ = process.communicate(timeout=300)
    return output, process

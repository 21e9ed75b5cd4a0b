"""Run directories as a training leaves them, without a training."""

import json

import numpy as np
import tensorflow as tf

import zoo
from keras_vae_collapse.tensorboard import write_projector
from keras_vae_collapse.tensorboard.sample_predictions import predictions_table

FIGURES = {
    "accuracy": 0.5, "count": 16, "rate_nats": 9.5, "distortion_nats": 4.0,
    "negative_elbo_nats": 13.5, "iw_nll_nats": 13.0, "mutual_information_nats": 2.5,
    "active_units": 3, "z_gap_nats": 6.0, "prior_gap_nats": 7.0, "distinct_outputs": 12,
    "examples": 16, "num_samples": 50,
    "beam": {"width": 8, "accuracy": 0.625, "count": 16}, "per_kind": {"N": {"accuracy": 0.25}},
}  # fmt: skip


def write_config(folder, **changes):
    """`config.json` of a run of `mdr` with one setting."""
    recipe = zoo.override(zoo.recipe("mdr"), ["latent_dim=4", "rate_nats=9"])
    config = {
        "recipe": recipe.to_config(),
        "task": "reinflection",
        "data": {
            "name": "demo", "language": "turkish", "task": 3, "train_examples": 640,
            "dev_examples": 16, "sha256": "ab" * 32,
        },
        "seed": 5,
        "epochs": 6,
        "command": ["/bin/kvc-train", "--output_dir=my runs/x", "--overwrite"],
        "versions": {"keras": "3.0"},
        "commit": "c0ffee",
        **changes,
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))


def write_logs(folder, epochs, start=0, accuracy=0.1):
    """Event files of so many epochs, and the rates of four dimensions."""
    values = {
        "train": {"rate": 10.0, "distortion": 6.0, "multiplier": 0.9, "negative_elbo": 16.0},
        "dev": {
            "accuracy": accuracy, "rate": 9.0, "distortion": 5.0, "mutual_information": 2.0,
            "z_gap": 6.0, "active_units": 3.0,
        },
    }  # fmt: skip
    for part, figures in values.items():
        writer = tf.summary.create_file_writer(str(folder / "logs" / part))
        for epoch in range(start, start + epochs):
            with writer.as_default(epoch):
                for name, value in figures.items():
                    tf.summary.scalar(f"epoch_{name}", value + epoch / 100)
                if part == "dev":
                    rows = [("<script>alert(1)</script>",), ("b | *c*",)]
                    table = predictions_table(("input",), rows, ["ab", "c"], ["aX", "c"])
                    tf.summary.text("sample_predictions", table)
        writer.close()
    lines = ["epoch\tz0\tz1\tz2\tz3", *(f"{e + 1}\t4\t3\t2\t0" for e in range(start + epochs))]
    (folder / "logs" / "dev" / "rate_per_dimension.tsv").write_text("\n".join(lines) + "\n")


def write_end(folder, **changes):
    """What the end of a training writes."""
    record = {"best_epoch": 2, "epochs": 3, "steps": 300, "training_minutes": 1.5}
    record = {"dev": FIGURES, **record, "ended_by": "epochs", "parameters": 99, **changes}
    (folder / "metrics.json").write_text(json.dumps(record))
    vectors = np.random.default_rng(0).normal(size=(16, 4))
    rows = [("form", f"case={'AB'[i % 2]}C,num={i}") for i in range(16)]
    write_projector(folder / "logs" / "dev", vectors, ("form", "label"), rows)


def finished_run(folder):
    """A whole run; returns its folder."""
    write_config(folder)
    write_logs(folder, 3)
    write_end(folder)
    return folder

"""Makes a zoo model of a finished run: `python -m zoo.publish --run=DIR --name=NAME`.

Writes `pretrained/NAME/` with the weights alone (no optimizer), `metrics.json` with the figures
and the SHA-256, and `card.md`.
"""

import argparse
import json
import pathlib
import shlex
import sys

from keras_vae_collapse.run_directory import (
    RunError,
    load_model,
    replacing,
    sha256,
    write_json,
    write_text,
)
from zoo.pretrained_models import FOLDER

LARGEST = 8_000_000
_LICENCES = {
    "demo": "made by this project from the grammar; MIT",
    "sigmorphon2016": "SIGMORPHON 2016 shared task (Cotterell et al. 2016), extracted from "
    "Wiktionary, CC BY-SA; the weights hold no copy of it",
}


def publish(run, name):
    """Copies a run's model into the zoo; returns the folder.

    Raises:
        RunError: the run is not complete, or the model is 8 MB or larger.
    """
    run, folder = pathlib.Path(run), FOLDER / name
    model = load_model(run)
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    with replacing(folder / "model.keras") as temporary:
        model.save(temporary)
        if temporary.stat().st_size >= LARGEST:
            raise RunError(f"{temporary.name} has {temporary.stat().st_size} bytes, 8 MB or more")
    data = config["data"]
    dev = metrics["dev"]
    summary = (
        f"{config['recipe']['name']}, {data['language']} task {data['task']}: dev accuracy "
        f"{dev['accuracy']:.3f} greedy, rate {dev['rate_nats']:.1f} nats"
    )
    record = {
        "summary": summary,
        "sha256": sha256(folder / "model.keras"),
        **metrics,
        "config": config,
    }
    write_json(folder / "metrics.json", record)
    write_text(folder / "card.md", card(name, record))
    return folder


def card(name, record):
    """The card of a model as Markdown."""
    config, dev = record["config"], record["dev"]
    data, recipe = config["data"], config["recipe"]
    licence = _LICENCES["demo" if data["name"] == "demo" else "sigmorphon2016"]
    versions = ", ".join(f"{k} {v}" for k, v in config["versions"].items() if isinstance(v, str))
    rows = [
        ("accuracy, greedy", f"{dev['accuracy']:.4f}"),
        ("accuracy, beam 8", f"{dev['beam']['accuracy']:.4f}"),
        ("Levenshtein, greedy", f"{dev['levenshtein']:.4f}"),
        ("rate (nats/word)", f"{dev['rate_nats']:.2f}"),
        ("distortion (nats/word)", f"{dev['distortion_nats']:.2f}"),
        ("active units", f"{dev['active_units']}"),
        ("z gap (nats/word)", f"{dev['z_gap_nats']:.2f}"),
    ]
    return "\n".join(
        [
            f"# {name}",
            "",
            f"Recipe `{recipe['name']}`: {recipe['summary']} ({recipe['paper']}).",
            "",
            f"- Data: {data['language']}, task {data['task']}, {data['train_examples']} training "
            f"and {data['dev_examples']} development words; {licence}.",
            f"- Command: `{shlex.join(['python', *config['command']])}`",
            f"- Seed: {config['seed']}",
            f"- Versions: {versions}",
            f"- Training: {record['epochs']} epochs, {record['training_minutes']:.1f} minutes on "
            f"2 CPU cores; weights of epoch {record['best_epoch']}, chosen by accuracy on the "
            "development set.",
            f"- Parameters: {record['parameters']}",
            f"- SHA-256 of `model.keras`: `{record['sha256']}`",
            "- Limits: words of this language and these features only; characters unseen in "
            "training are read as unknown and cannot be written; the development figures chose "
            "the epoch, so expect a little less on new words.",
            "",
            "| development set | |",
            "|---|---|",
            *(f"| {label} | {value} |" for label, value in rows),
            "",
        ]
    )


def main(argv=None):
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser("zoo.publish", description=__doc__)
    parser.add_argument("--run", required=True, help="finished run directory")
    parser.add_argument("--name", required=True, help="name in the zoo")
    options = parser.parse_args(argv)
    try:
        folder = publish(options.run, options.name)
    except (RunError, OSError, KeyError) as error:
        print(f"publish: {error}", file=sys.stderr)
        return 1
    print(f"written: {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

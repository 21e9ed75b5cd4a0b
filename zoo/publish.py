"""Makes a zoo model of a finished run: `python -m zoo.publish --run=DIR --name=NAME`.

`python -m zoo.publish --cards` writes the cards of all models again: where a recipe has changed
since, they say with which settings a training is repeated.

Writes `pretrained/NAME/` with the weights alone (no optimizer), in half precision where that
costs no accuracy on the development set, `metrics.json` with the figures of that file and its
SHA-256, and `card.md`.
"""

import argparse
import json
import pathlib
import shlex
import sys
import tempfile

import zoo
from keras_vae_collapse.core.console import run_command
from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.core.files import replacing, sha256, write_json, write_text
from keras_vae_collapse.tasks.reinflection import ReinflectionTask, read_examples
from keras_vae_collapse.tasks.reinflection.task import DEFAULT_AUGMENTATION
from keras_vae_collapse.training import Recipe, override
from keras_vae_collapse.training.changed_settings import changed_settings
from zoo.half_precision import halve
from zoo.pretrained_models import FOLDER, pretrained, sample_file

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
        DataError: the run's development set is not where its training found it.
    """
    # TensorFlow comes with them, which the help and the cards do without.
    from keras_vae_collapse.runs import load_model
    from keras_vae_collapse.training import evaluate
    from keras_vae_collapse.training.held_out import hold_out

    run, folder = pathlib.Path(run), FOLDER / name
    model = load_model(run)
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    data = config["data"]
    task = ReinflectionTask(
        data["name"],
        data["language"],
        data["task"],
        data.get("added_tasks", ()),
        data.get("dev"),
    )
    task, _ = hold_out(task, config.get("held_out", 0.0))
    with tempfile.TemporaryDirectory() as scratch:
        model.save(pathlib.Path(scratch) / "model.keras")
        halve(pathlib.Path(scratch) / "model.keras")
        halved = load_model(scratch)
    figures, _ = evaluate(task, halved, task.dev_examples, seed=config["seed"])
    half_precision = _is_no_worse(figures, metrics["dev"])
    if half_precision:
        model, metrics["dev"] = halved, figures
    with replacing(folder / "model.keras") as temporary:
        model.save(temporary)
        if half_precision:
            halve(temporary)
        if temporary.stat().st_size >= LARGEST:
            raise RunError(f"{temporary.name} has {temporary.stat().st_size} bytes, 8 MB or more")
    dev = metrics["dev"]
    summary = (
        f"{config['recipe']['name']}, {data['language']} task {_tasks(data)}: dev accuracy "
        f"{dev['accuracy']:.3f} greedy, {dev['beam']['accuracy']:.3f} beam, "
        f"rate {dev['rate_nats']:.1f} nats"
    )
    record = {
        "summary": summary,
        "sha256": sha256(folder / "model.keras"),
        "half_precision": half_precision,
        "sample": sample_figures(model, data["language"]),
        "unseen": unseen_figures(model, task.train_examples, task.dev_examples),
        **metrics,
        "config": config,
    }
    write_json(folder / "metrics.json", record)
    write_text(folder / "card.md", card(name, record))
    return folder


def _is_no_worse(figures, before):
    beams = figures["beam"]["accuracy"], before["beam"]["accuracy"]
    return figures["accuracy"] >= before["accuracy"] and beams[0] >= beams[1]


def sample_figures(model, language):
    """Rows and accuracy, greedy, on the zoo's own sample; `None` where a language has none."""
    path = sample_file(language)
    return _figures(model, read_examples(path)) if path.is_file() else None


def unseen_figures(model, train_examples, dev_examples):
    """Rows and accuracy, greedy, of those whose source and target never occur in training."""
    seen = {form for e in train_examples for form in (e.source, e.target)}
    return _figures(model, [e for e in dev_examples if not {e.source, e.target} & seen])


def _figures(model, rows):
    forms = model.inflect([e.source for e in rows], [e.features for e in rows])
    right = sum(form == e.target for form, e in zip(forms, rows, strict=True))
    return {"rows": len(rows), "accuracy": right / len(rows) if rows else None}


def card(name, record):
    """The card of a model as Markdown."""
    config, dev = record["config"], record["dev"]
    unseen, sample = record["unseen"], record["sample"]
    data, recipe = config["data"], config["recipe"]
    source = pathlib.PurePath(data["name"]).name
    licence = _LICENCES.get(source, f"of {source}, whose licence is that of its makers")
    training = f"{record['epochs']} epochs, {record['training_minutes']:.1f} minutes"
    teacher = record.get("teacher")
    chosen = f"Weights of epoch {record['best_epoch']}, chosen by accuracy on the development set"
    kept, rounds = record.get("kept_round"), record.get("rounds", ())
    if kept is not None and kept < len(rounds):
        chosen = (
            f"Weights of epoch {rounds[kept - 1]['best_epoch']} of round {kept}, which was better "
            "on the development set than those after it"
        )
    if kept > 2 if kept else teacher and "teacher" in teacher:
        chosen += ", averaged with the last teacher's"
    while teacher:
        own = teacher.get("teacher")
        minutes = teacher["training_minutes"] - (own["training_minutes"] if own else 0.0)
        training = (
            f"{'another' if own else 'a teacher first'}, {teacher['epochs']} epochs, "
            f"{minutes:.1f} minutes, accuracy {teacher['accuracy']:.4f}, that made "
            f"{teacher['pairs']} further pairs; then {training}"
        )
        teacher = own
    changed = shlex.join(f"--set={setting}" for setting in settings_since(config))
    versions = ", ".join(f"{k} {v}" for k, v in config["versions"].items() if isinstance(v, str))
    rows = [
        ("accuracy, greedy", f"{dev['accuracy']:.4f}"),
        ("accuracy, beam 8", f"{dev['beam']['accuracy']:.4f}"),
        (f"accuracy, greedy, {unseen['rows']} rows of forms unseen in training", _share(unseen)),
        ("Levenshtein, greedy", f"{dev['levenshtein']:.4f}"),
        ("rate (nats/word)", f"{dev['rate_nats']:.2f}"),
        ("distortion (nats/word)", f"{dev['distortion_nats']:.2f}"),
        ("active units", f"{dev['active_units']}"),
        ("z gap (nats/word)", f"{dev['z_gap_nats']:.2f}"),
    ]
    if sample is not None:
        name_of_sample = f"samples/{sample_file(data['language']).name}"
        rows.append(
            (f"accuracy, greedy, {sample['rows']} rows of {name_of_sample}", _share(sample))
        )
    return "\n".join(
        [
            f"# {name}",
            "",
            f"Recipe `{recipe['name']}`: {recipe['summary']} ({recipe['paper']}).",
            "",
            f"- Data: {data['language']}, task {_tasks(data)}, {data['train_examples']} training "
            f"and {data['dev_examples']} development words; {licence}.",
            f"- Command: `{shlex.join(['python', *config['command']])}`"
            + (f"; the recipe has changed since, to repeat it add `{changed}`" if changed else ""),
            f"- Seed: {config['seed']}",
            f"- Versions: {versions}",
            f"- Training: {training}; on 2 CPU cores. {chosen}.",
            f"- Parameters: {record['parameters']}, on disk in "
            f"{'half' if record['half_precision'] else 'single'} precision; the figures are those "
            "of the file.",
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


def settings_since(config):
    """The settings `name=value` that make the recipe of today that of a run's `config.json`."""
    words = config["command"]
    given = [new for old, new in zip(words, words[1:], strict=False) if old == "--set"]
    given += [word.removeprefix("--set=") for word in words if word.startswith("--set=")]
    then = Recipe.from_config(config["recipe"]).to_config()
    now = override(zoo.recipe(then["name"]), given).to_config()
    idle = {"name", "paper", "summary"}  # and what has no effect
    idle |= {"epochs"} if any(word.startswith("--epochs=") for word in words) else set()
    idle |= set() if then["slots"] else {"slot_spacing"}
    if now["augmentation"] == "auto":
        now["augmentation"] = DEFAULT_AUGMENTATION
    return changed_settings(then, now, idle)


def write_cards():
    """Writes the cards of all models in the zoo again."""
    for name in pretrained():
        record = json.loads((FOLDER / name / "metrics.json").read_text(encoding="utf-8"))
        write_text(FOLDER / name / "card.md", card(name, record))


def _tasks(data):
    """The task of a model and those whose training files it has seen, too."""
    added = " and ".join(str(task) for task in data.get("added_tasks", ()))
    return f"{data['task']}" + (f" with the training files of task {added}" if added else "")


def _share(figures):
    return "-" if figures["accuracy"] is None else f"{figures['accuracy']:.4f}"


def main(argv=None):
    """Runs the command; returns its exit code."""
    return run_command("publish", lambda: _publish(argv))


def _publish(argv):
    parser = argparse.ArgumentParser("zoo.publish", description=__doc__)
    parser.add_argument("--run", help="finished run directory")
    parser.add_argument("--name", help="name in the zoo")
    parser.add_argument("--cards", action="store_true", help="write all cards again")
    options = parser.parse_args(argv)
    if options.cards == bool(options.run and options.name):
        parser.error("give --run and --name, or --cards alone")
    if options.cards:
        write_cards()
        return
    try:
        print(f"written: {publish(options.run, options.name)}")
    except KeyError as error:
        raise RunError(f"the files of {options.run} have no entry {error}") from error


if __name__ == "__main__":
    sys.exit(main())

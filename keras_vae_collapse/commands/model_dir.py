"""The folder of a model: a run, or a pretrained model by its name."""

import importlib.util
import json
import pathlib

from keras_vae_collapse.commands.command import file_format
from keras_vae_collapse.core.errors import RunError, did_you_mean
from keras_vae_collapse.runs.run_config import check_config


def add_model_dir(parser, several=False):
    """Adds the flag `--model_dir`; of several models it is given for each."""
    parser.add_argument(
        "--model_dir",
        required=True,
        action="append" if several else "store",
        help="run directory with model.keras, or the name of a pretrained model: "
        + (", ".join(_pretrained()) or "none is installed")
        + ("; given several times: all of them together, an ensemble" if several else ""),
    )


def add_labels(parser):
    """Adds the flag `--labels`."""
    parser.add_argument(
        "--labels",
        help="file with a label a line for a linear probe of the posterior means; demo for the "
        "factors of the embedded sentences",
    )


def model_folder(text):
    """The folder that `--model_dir` names; a folder that is there comes before a name.

    Raises:
        RunError: there is neither.
    """
    folder, pretrained = pathlib.Path(text), _pretrained()
    if folder.is_dir() and ((folder / "model.keras").is_file() or text not in pretrained):
        return folder
    if text not in pretrained:
        raise RunError(
            f"no such model directory: {text}. Pretrained models: {', '.join(pretrained)}."
            + did_you_mean(text, pretrained)
        )
    return pretrained[text]


def is_pretrained(folder):
    """Whether a folder is that of a pretrained model, and so part of an installation."""
    return folder.resolve() in (known.resolve() for known in _pretrained().values())


def writable_folder(folder):
    """Where files about a model go: its folder, but for one that is part of an installation.

    Files about a pretrained model go to the current folder, and one line says so.
    """
    if not is_pretrained(folder):
        return folder
    print(f"{folder.name} is part of the installation: files go to the current folder")
    return pathlib.Path()


def sample_file(folder):
    """The file of examples that comes with a pretrained model, or `None`."""
    if not is_pretrained(folder):
        return None
    path = folder.resolve().parents[1] / "samples" / f"{folder.name.partition('-')[0]}.tsv"
    return path if path.is_file() else None


def gold_examples(options, folder):
    """The examples of `--file`; by default those that the model was judged on in training.

    Of a run with examples held out these are the others, as in its `metrics.json` under `dev`.

    Raises:
        RunError: neither the flag nor the run says which they are.
    """
    from keras_vae_collapse.tasks.reinflection import read_examples
    from keras_vae_collapse.tasks.text import read_sentences
    from keras_vae_collapse.training.held_out import parted

    config = run_record(folder).get("config", {})
    if options.file and task_name(config) == "text":
        return read_sentences(options.file)
    if options.file:
        return read_examples(options.file, file_format(options.task))
    if samples := sample_file(folder):
        print(f"examples: {samples}")
        return read_examples(samples)
    return parted(_development_set(config, folder), config.get("held_out", 0.0))[0]


def _development_set(config, folder):
    """The whole development set of a run."""
    from keras_vae_collapse.tasks.registry import reinflection_task, text_task
    from keras_vae_collapse.tasks.reinflection import load_data
    from keras_vae_collapse.tasks.reinflection.unlabelled_parts import are_alone

    of_text = task_name(config) == "text"
    data = config.get("data", {})
    needed = {"name"} if of_text else {"name", "language", "task"}
    if not needed <= data.keys() or (of_text and "recipe" not in config):
        raise RunError(f"{folder} does not say what its development set is: use --file")
    if of_text:
        return text_task(config["recipe"], data["name"], data.get("dev")).dev_examples
    added = data.get("added_tasks", ())
    if are_alone(config.get("recipe", {}).get("unlabeled")):
        named = data["name"], data["language"], data["task"], added, data.get("dev")
        return reinflection_task(config["recipe"], *named, data.get("unlabeled", ())).dev_examples
    return load_data(data["name"], data["language"], data["task"], added, data.get("dev"))[1]


def task_name(config):
    """The name of the task of a run's `config.json`, reinflection where it names none."""
    return config.get("task", "reinflection")


def task_of_model(config, model, examples):
    """The task of a run's `config.json` with a trained model and examples to measure it on.

    A task may leave some of them out: those that it measures are its `dev_examples`.
    """
    from keras_vae_collapse.tasks.registry import task_class

    name, options = task_name(config), {}
    if name == "text":
        options["length_limit"] = config.get("recipe", {}).get("length_limit")
    return task_class(name).of_model(model, examples, **options)


def run_record(folder):
    """`metrics.json` of a model's folder and, under `config`, `config.json`; `{}` without.

    Raises:
        RunError: a file is not what a run writes.
    """
    config, metrics = folder / "config.json", folder / "metrics.json"
    record = _read(metrics)
    return {"config": _read(config), **record} if config.is_file() else record


def _read(path):
    if not path.is_file():
        return {}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunError(f"{path} is damaged: {error}") from error
    if not isinstance(record, dict) or not isinstance(record.get("dev", {}), dict):
        raise RunError(f"{path} is damaged: it is not what a run writes")
    if path.name == "config.json":
        check_config(record, path)
    else:  # of a pretrained model it holds the configuration, too
        check_config(record.get("config", {}), path)
    return record


def _pretrained():
    """The folders of the pretrained models by name.

    They are found as files of the package `zoo`, which stands above this one and is not imported.
    """
    spec = importlib.util.find_spec("zoo")
    places = (spec and spec.submodule_search_locations) or ()
    models = (path for place in places for path in pathlib.Path(place).glob("pretrained/*"))
    return {path.name: path for path in sorted(models) if (path / "model.keras").is_file()}

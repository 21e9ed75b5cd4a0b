"""The examples that a trained model has seen in training, if its data are still at hand."""

import contextlib
import logging
import pathlib
import warnings


def training_task(config):
    """The task of the data that a run's `config.json` names, with the examples of its training.

    Nothing is downloaded, and data that have changed since the training do not count.

    Args:
        config: what `config.json` holds, `{}` without one.

    Returns:
        `(task, None)`, or `(None, why)` where the data cannot be had.
    """
    data = config.get("data") or {}
    if "name" not in data or not config.get("recipe"):
        return None, "the folder does not say what the model was trained on"
    from keras_vae_collapse.tasks.registry import reinflection_task
    from keras_vae_collapse.tasks.reinflection.download import NAME, is_downloaded
    from keras_vae_collapse.training.held_out import hold_out

    name, language, task = data["name"], data.get("language"), data.get("task")
    try:
        if name == NAME and not (pathlib.Path(name).exists() or is_downloaded(language, task)):
            return None, f"{NAME} is not downloaded"
        options = {key: data[key] for key in ("added_tasks", "dev", "unlabeled") if data.get(key)}
        with _silence():
            found = reinflection_task(config["recipe"], name, language, task, **options)
            found, _ = hold_out(found, config.get("held_out", 0.0))
    except (ValueError, OSError) as error:
        return None, f"the training data cannot be read: {error}"
    if found.description()["sha256"] != data.get("sha256"):
        return None, f"the data in {name} are not those of the training"
    return found, None


def training_tasks(configs):
    """As `training_task` for several runs: `(tasks, None)`, or `(None, why)` if one is missing."""
    tasks = []
    for config in configs:
        found, why = training_task(config)
        if why:
            return None, why
        tasks.append(found)
    return tasks, None


@contextlib.contextmanager
def _silence():
    """Without what was said of the data when the model was trained."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)

"""Commands that repeat a run, go on with it, or train on its data."""

import os
import re
import shlex

_OF_THE_DEMO = {"data": "demo", "language": "turkish", "task": 3}
_ABOUT_THE_RUN = re.compile(r"--?(no)?(resume|overwrite)(=.*)?")


def train_command(data):
    """What trains on the data of a run, up to the recipe.

    Args:
        data: the entry `data` of its `config.json`; `None` for the embedded data.
    """
    data = data or {"name": "demo"}
    flags = {"data": data["name"], **{name: data.get(name) for name in ("language", "task", "dev")}}
    if data["name"] == "demo":  # what is there by default is not said
        flags = {name: value for name, value in flags.items() if value != _OF_THE_DEMO.get(name)}
    parts = [f"--{name}={value}" for name, value in flags.items() if value is not None]
    for name in ("added_tasks", "unlabeled"):
        parts += [f"--{name}={value}" for value in data.get(name, ())]
    return shlex.join(["kvc-train", *parts])


def begun_by(config):
    """The command line that began a run, as a shell takes it, or `None`; see `resumed_by`.

    It is without `--resume` and `--overwrite`.
    """
    parts = config.get("command")
    if not isinstance(parts, list) or not parts:
        return None
    first, *rest = map(str, parts)
    name = os.path.basename(first)
    program = ["python", first] if first == "-m" or name.endswith(".py") else [name]
    return shlex.join([*program, *(part for part in rest if not _ABOUT_THE_RUN.fullmatch(part))])


def resumed_by(config):
    """The command line that goes on with a run, or `None` where the command is another one."""
    command = begun_by(config)
    if command is None:
        return None
    name = os.path.basename(str(config["command"][0]))
    return f"{command} --resume" if name in ("kvc-train", "train.py") else command

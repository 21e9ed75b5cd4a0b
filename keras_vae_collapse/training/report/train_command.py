"""Commands that repeat a run, go on with it, or train on its data."""

import os
import re
import shlex

_ABOUT_THE_RUN = re.compile(r"--?(no)?(resume|overwrite)(=.*)?")


def train_command(data):
    """What trains on the data of a run, up to the recipe.

    Args:
        data: the entry `data` of its `config.json`; `None` for the embedded data.
    """
    flags = {}
    if data and data.get("task") == "text":
        flags = {"task": "text"}
    if data and data["name"] != "demo":
        flags = {name: data.get(name) for name in ("language", "task", "dev")}
        flags = {"data": data["name"], **flags}
    parts = [f"--{name}={value}" for name, value in flags.items() if value is not None]
    parts += [f"--added_tasks={other}" for other in (data or {}).get("added_tasks", ())]
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

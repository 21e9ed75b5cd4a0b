"""What a run says that it is."""

import json
import pathlib

from keras_vae_collapse.core.errors import RunError

_NUMBER, _INT_OR_NONE, _TEXT_OR_NONE = (int, float), (int, type(None)), (str, type(None))
# What a reader of a configuration takes the types of for granted.
_TYPES = {
    "recipe": dict, "data": dict, "task": str, "seed": _INT_OR_NONE, "epochs": _INT_OR_NONE,
    "held_out": _NUMBER, "command": list, "versions": dict,
    "data.name": str, "data.language": _TEXT_OR_NONE, "data.dev": _TEXT_OR_NONE,
    "data.task": (int, *_TEXT_OR_NONE), "data.sha256": str, "data.added_tasks": list,
    "data.unlabeled": list, "data.train_examples": int, "data.dev_examples": int,
}  # fmt: skip


def check_config(config, file):
    """Refuses the configuration of a run in which something is not of its type.

    Args:
        config: what was read as JSON; what is missing is not looked for.
        file: where it stands, for the message.

    Raises:
        RunError: the message names the file, the field and its value.
    """
    if not isinstance(config, dict):
        raise RunError(f"{file} is damaged: it is not what a run writes")
    for name, types in _TYPES.items():
        *parents, field = name.split(".")
        part = config
        for parent in parents:
            part = part.get(parent, {})
        if field in part and (not isinstance(part[field], types) or isinstance(part[field], bool)):
            value = json.dumps(part[field])[:80]
            raise RunError(f"{file} is damaged: a run does not write {name}={value}")


def read_config(path) -> dict:
    """`config.json` of a run directory.

    Args:
        path: of the directory.

    Raises:
        RunError: it is no run directory, or the file is damaged; the message names it.
    """
    path = pathlib.Path(path)
    if not path.is_dir():
        raise RunError(f"no such run directory: {path}")
    file = path / "config.json"
    if not file.is_file():
        raise RunError(f"{path} is no run directory: it has no config.json")
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{file} is damaged: {error}") from error
    check_config(config, file)
    if "recipe" not in config:
        raise RunError(f"{file} is damaged: it is not what a run writes")
    return config

"""What a run says that it is."""

import json
import pathlib

from keras_vae_collapse.core.errors import RunError


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
    if not isinstance(config, dict) or not isinstance(config.get("recipe"), dict):
        raise RunError(f"{file} is damaged: it is not what a run writes")
    return config

"""The trained models that come with the package."""

import json
import pathlib

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.core.files import sha256

FOLDER = pathlib.Path(__file__).parent / "pretrained"
SAMPLES = pathlib.Path(__file__).parent / "samples"


def pretrained() -> dict[str, str]:
    """The trained models: `{name: one line about each}`."""
    cards = sorted(FOLDER.glob("*/metrics.json"))
    return {path.parent.name: _metrics(path.parent)["summary"] for path in cards}


def load(name: str | list[str]):
    """A trained model, ready for `inflect` and `encode`; needs no network.

    Args:
        name: one of `zoo.pretrained()`; or a list of them, for a `ReinflectionEnsemble` that
            inflects with all of them together.

    Raises:
        RunError: there is no such model, or its file is not the one its card describes.
        ValueError: the models of the list cannot work together.
    """
    if not isinstance(name, str):
        from keras_vae_collapse.tasks.reinflection import ReinflectionEnsemble

        return ReinflectionEnsemble([load(member) for member in name])
    folder = FOLDER / name
    if name not in pretrained():
        raise RunError(f"no pretrained model {name!r}. There are: {', '.join(pretrained())}")
    expected, found = _metrics(folder)["sha256"], sha256(folder / "model.keras")
    if found != expected:
        raise RunError(f"{folder / 'model.keras'} has SHA-256 {found}, its card says {expected}")
    from keras_vae_collapse.runs import load_model

    return load_model(folder)


def sample_file(language: str) -> pathlib.Path:
    """Our own rows of a language, in the form of task 3, to try its models on."""
    return SAMPLES / f"{language}.tsv"


def _metrics(folder):
    return json.loads((folder / "metrics.json").read_text(encoding="utf-8"))

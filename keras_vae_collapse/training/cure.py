"""A run that collapsed, trained again with the first remedy of its explanation."""

import json
import pathlib

from keras_vae_collapse.core.errors import RecipeError, RunError
from keras_vae_collapse.runs import run_config
from keras_vae_collapse.training.override import override
from keras_vae_collapse.training.recipe import Recipe

_SHOWN = (
    "distortion_nats", "rate_nats", "iw_nll_nats", "mutual_information_nats", "active_units",
    "z_gap_nats", "distinct_outputs",
)  # fmt: skip
# A training that was too short is repeated this many times as long.
_LONGER = 10


def read_config(run):
    """`config.json` of a run.

    Raises:
        RunError: there is none, or it is not what a run writes.
    """
    path = pathlib.Path(run) / "config.json"
    if not path.is_file():
        raise RunError(f"--cure takes the directory of a run. Received: {run}, without config.json")
    return run_config.read_config(run)


def first_remedy(run):
    """`(cause, settings)`, the first cause in the report of a run that a setting can remedy.

    Raises:
        RunError: the run has no report with an explanation, or no cause has a setting.
    """
    path = pathlib.Path(run) / "report.json"
    again = f"kvc-diagnose --why --model_dir={run}"
    try:
        report = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        explained = "explanation" in report
        causes = [
            {
                **{name: str(cause.get(name, "")) for name in ("name", "evidence")},
                "settings": [str(setting) for setting in cause["settings"]],
            }
            for cause in report.get("explanation", {"causes": []})["causes"]
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise RunError(f"{path} is damaged: {error}. Make it again with {again}") from error
    if not explained:
        raise RunError(f"{path} says nothing of causes: run {again}")
    for cause in causes:
        if cause["settings"]:
            return cause, cause["settings"]
    names = ", ".join(cause["name"] for cause in causes) or "none, the model is healthy"
    raise RunError(f"no cause in {path} has a remedy that is a setting. Causes: {names}")


def cured_recipe(config, settings):
    """The recipe of a run with settings replaced.

    Args:
        config: as `read_config` returns it.
        settings: strings `name=value`; one for epochs makes the training ten times as long.

    Raises:
        RecipeError: the recipe takes no such setting.
    """
    recipe = Recipe.from_config(config["recipe"])
    recipe = recipe.replace(epochs=config.get("epochs") or recipe.epochs)
    for setting in settings:
        name, _, _ = setting.partition("=")
        if name == "epochs":
            recipe = recipe.replace(epochs=_LONGER * recipe.epochs)
            continue
        try:
            recipe = override(recipe, [setting])
        except ValueError as error:
            raise RecipeError(f"the remedy {setting} does not fit the recipe: {error}") from error
    return recipe


def before_and_after(run, metrics):
    """Figures of a run and of its cure side by side, as text."""
    from keras_vae_collapse.metrics.figures import FIGURES

    path = pathlib.Path(run) / "metrics.json"
    before = json.loads(path.read_text(encoding="utf-8"))["dev"] if path.is_file() else {}
    after = metrics["dev"]
    lines = [f"{'development set':42s}{'before':>12s}{'after':>12s}"]
    for name in _SHOWN:
        if name in after:
            figure = FIGURES[name]
            old = figure.show(before[name]) if name in before else "-"
            lines.append(f"{figure.title:42s}{old:>12s}{figure.show(after[name]):>12s}")
    return "\n".join(lines)

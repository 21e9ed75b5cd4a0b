"""What the flags of `kvc-train` ask for, and whether that can be, told without TensorFlow."""

import json
import math
import os
import sys

from keras_vae_collapse.commands.command import file_format

# With start and final evaluation about five minutes on two cores. A number of steps, and not of
# minutes, so that every machine ends with the same model.
DEMO_EPOCHS = 12


def check_flags(values, output_dir):
    """Finds values that are impossible, alone or together."""
    if values.resume and values.overwrite:
        raise ValueError(
            "--resume goes on with a run, --overwrite throws it away: pass one of them"
        )
    alone = values.strategy != "multiworker"  # else the chief alone may look at the folder
    if alone and values.resume and not (output_dir / "config.json").exists():
        raise ValueError(
            f"--resume: there is no run in {output_dir}. Without --resume a new one begins there"
        )
    if alone and not values.resume:
        from keras_vae_collapse.runs import RunDirectory

        RunDirectory(output_dir).check({}, overwrite=values.overwrite)
    if values.max_minutes is not None and not math.isfinite(values.max_minutes):
        raise ValueError(
            "--max_minutes must be a finite number; without it there is no limit. "
            f"Received: --max_minutes={values.max_minutes}"
        )
    if values.logical_cpus and values.strategy != "mirrored":
        raise ValueError(
            "--logical_cpus makes replicas for --strategy=mirrored. Received: "
            f"--logical_cpus={values.logical_cpus} --strategy={values.strategy}"
        )
    if values.strategy == "multiworker":
        _check_cluster()


def _check_cluster():
    if "TF_CONFIG" not in os.environ and "SLURM_STEP_NODELIST" not in os.environ:
        raise ValueError(
            "--strategy=multiworker needs TF_CONFIG in the environment, or a Slurm job step (srun)"
        )
    try:
        json.loads(os.environ.get("TF_CONFIG", "{}"))
    except ValueError as error:
        raise ValueError(f"--strategy=multiworker: TF_CONFIG is no JSON: {error}") from None


def chosen_recipe(recipes, values):
    """The recipe with the settings of `--set`."""
    from keras_vae_collapse.training import override
    from keras_vae_collapse.training.recipe_check import check_recipe

    recipe = recipes.recipe(values.recipe)
    for setting in values.set:
        try:
            recipe = override(recipe, [setting])
        except ValueError as error:
            raise ValueError(f"--set {setting}: {error}") from error
    try:
        check_recipe(recipe)
    except ValueError as error:
        raise ValueError(f"--set: {error}") from error
    return recipe


def chosen_task(values, recipe):
    """The `Task` of the flags, with its examples.

    Raises:
        ValueError: the data are bad, or a flag or a setting is another task's.
    """
    from keras_vae_collapse.tasks import registry

    if values.task != "text":
        registry.check_no_text_options(recipe)
        from keras_vae_collapse.tasks.reinflection.word_lists import given_paths

        return registry.reinflection_task(
            recipe,
            values.data,
            values.language,
            file_format(values.task),
            [int(added) for added in values.added_tasks],
            values.dev,
            given_paths(values.unlabeled),
        )
    for name in ("language", "added_tasks", "unlabeled"):
        if getattr(values, name):
            raise ValueError(
                f"--{name} is for reinflection, not for --task=text. Received: "
                f"--{name}={getattr(values, name)}"
            )
    return registry.text_task(recipe, values.data, values.dev)


def chosen_options(values):
    """The `TrainingOptions` of the flags."""
    from keras_vae_collapse.training.options import TrainingOptions

    epochs = values.epochs
    said = epochs, values.max_minutes, *(s for s in values.set if s.startswith("epochs="))
    if said == (None, None) and values.data == "demo":
        epochs = DEMO_EPOCHS
    return TrainingOptions(
        epochs=epochs,
        seed=values.seed,
        strategy=values.strategy,
        logical_cpus=values.logical_cpus,
        resume=values.resume,
        overwrite=values.overwrite,
        max_minutes=values.max_minutes,
        held_out=values.held_out,
        verbose=_verbosity(int(values.verbose)),
    )


def _verbosity(asked):
    """A bar that is drawn over itself is for a terminal: elsewhere a line an epoch."""
    return 2 if asked == 1 and not (sys.stdout and sys.stdout.isatty()) else asked

"""From a recipe and a task to a run directory: the one training loop."""

import dataclasses
import os

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.distribute import Cluster, make_strategy
from keras_vae_collapse.distribute.multiworker import naming_lost_workers
from keras_vae_collapse.runs.provenance import versions
from keras_vae_collapse.runs.source_commit import source_commit
from keras_vae_collapse.tasks.task import Task
from keras_vae_collapse.training.description import describe, run_directory
from keras_vae_collapse.training.held_out import hold_out
from keras_vae_collapse.training.options import FinishedRun, TrainingOptions
from keras_vae_collapse.training.recipe import Recipe
from keras_vae_collapse.training.recipe_check import check_recipe
from keras_vae_collapse.training.round_trainer import RoundTrainer
from keras_vae_collapse.training.rounds import plan_rounds
from keras_vae_collapse.training.teacher import Teacher


def train(
    recipe: Recipe,
    task: Task,
    output_dir: str | os.PathLike,
    options: TrainingOptions | None = None,
    **settings,
) -> FinishedRun:
    """Trains the model of a recipe and leaves a complete run directory.

    Args:
        recipe: a `Recipe`.
        task: a `Task`.
        output_dir: the run directory.
        options: a `TrainingOptions`, or `None` for the defaults.
        **settings: fields of `TrainingOptions` that take the place of those in `options`.

    Returns:
        A `FinishedRun`.

    Raises:
        RecipeError: a value of the recipe is impossible.
        RunError: the run directory cannot be used as asked, or too few examples are held out.
        NotFiniteLoss: the loss became NaN or infinite.
        KeyboardInterrupt: interrupted, and not `finish_interrupted`, or before there was
            anything to finish.
    """
    options = dataclasses.replace(options or TrainingOptions(), **settings)
    strategy = make_strategy(options.strategy, options.logical_cpus)
    cluster = Cluster(strategy)
    check_recipe(recipe)
    task, held_out = hold_out(task, options.held_out)
    recipe = task.complete(recipe)
    task.chosen_monitor(recipe.monitor)  # raises
    description = {
        **describe(recipe, task, options),
        "replicas": strategy.num_replicas_in_sync,
        "versions": versions(),
        "commit": source_commit(),
    }
    rounds = plan_rounds(recipe, output_dir, description["epochs"], options.max_minutes)
    run = run_directory(output_dir)
    with naming_lost_workers():
        # Workers that disagree on when to stop would wait for each other for ever.
        agreed = {key: description[key] for key in ("recipe", "seed", "epochs")}
        data_sha256 = description["data"]["sha256"]
        cluster.check_agreement({**agreed, "data": data_sha256, "max_minutes": options.max_minutes})
        cluster.from_chief(lambda: run.open(description, options.resume, options.overwrite))
        try:
            trainer = RoundTrainer(task, strategy, cluster, options, description, held_out)
            metrics, model = _train_rounds(trainer, rounds, run)
        finally:
            run.close()
    return FinishedRun(run, metrics, model if cluster.is_chief else None)


def _train_rounds(trainer, rounds, run):
    """Trains round after round; returns the metrics and the model of the last."""
    *earlier, last = rounds
    examples = trainer.task.training_examples(last.recipe)
    teacher, minutes_used = None, 0.0
    for current in earlier:
        directory = run_directory(current.directory)
        if not trainer.cluster.from_chief(directory.metrics.exists):
            _check_nothing_follows(trainer.cluster, run, directory)
            _train_teacher(trainer, current, directory, examples, teacher, minutes_used)
        teacher = Teacher(current, trainer.task, trainer.cluster)
        minutes_used = teacher.record(0)["training_minutes"]
    return trainer.train(last, run, examples, teacher, minutes_used, earlier)


def _check_nothing_follows(cluster, run, teacher):
    """A student goes on from the teacher that it has begun with, and from no other."""
    if cluster.from_chief(run.has_checkpoint):
        raise RunError(
            f"{teacher.path}, the teacher of {run.path}, is gone or not finished, and what it has "
            "taught is there: pass --overwrite to begin again"
        )


def _train_teacher(trainer, current, directory, examples, teacher, minutes_used):
    config = {
        **trainer.description,
        "recipe": current.recipe.to_config(),
        "epochs": current.epochs,
        "decay_epochs": trainer.description["decay_epochs"] and current.epochs,
    }
    trainer.cluster.from_chief(lambda: directory.open(config, resume=True))
    if trainer.options.verbose and trainer.cluster.is_chief:
        print(
            f"round {current.number} of {current.of}: training the teacher of the next, "
            f"{current.epochs} epochs",
            flush=True,
        )
    try:
        trainer.train(current, directory, examples, teacher, minutes_used)
    finally:
        directory.close()

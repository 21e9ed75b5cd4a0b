"""From a recipe and a task to a run directory: the one training loop, `model.fit`."""

import dataclasses
import logging
import os
import sys
import typing

import keras

from keras_vae_collapse import callbacks
from keras_vae_collapse.callbacks.weight_average import mean_weights
from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.core.files import replacing, write_json
from keras_vae_collapse.distribute import Cluster, make_strategy
from keras_vae_collapse.distribute.multiworker import naming_lost_workers, patched_fit
from keras_vae_collapse.export import export_model
from keras_vae_collapse.runs.provenance import versions
from keras_vae_collapse.runs.run_checkpoint import RunCheckpoint
from keras_vae_collapse.runs.run_directory import RunDirectory
from keras_vae_collapse.tasks.task import Task
from keras_vae_collapse.tensorboard import (
    tensorboard_callbacks,
    tensorboard_results,
    write_projector,
)
from keras_vae_collapse.training.batch_plan import BatchPlan
from keras_vae_collapse.training.build import build
from keras_vae_collapse.training.encoder_training import make_encoder_training
from keras_vae_collapse.training.evaluation import EncodedExamples, evaluate, quick_figures
from keras_vae_collapse.training.optimizer import make_decay, make_optimizer
from keras_vae_collapse.training.pipeline import training_dataset
from keras_vae_collapse.training.recipe import Recipe
from keras_vae_collapse.training.rounds import Teacher, plan_rounds


@dataclasses.dataclass(frozen=True)
class TrainingOptions:
    """How a recipe is trained, where that does not change what is trained.

    Attributes:
        epochs: most epochs; `None` for the recipe's.
        seed: of initial weights, batches and noise.
        strategy, logical_cpus: see `make_strategy`.
        resume, overwrite: what to do with a run that is there already.
        max_minutes: stop training after this many minutes, those of all rounds together; `None`
            for no limit.
        verbose: 1 for a progress bar, 2 for a line an epoch, 0 for silence.
        command: list of strings that `config.json` records; `None` for those of this process.
        finish_interrupted: whether Ctrl-C and SIGTERM end the training only, so that the run is
            completed with the best weights so far, or all of it.
        export: whether to leave a SavedModel, too.
    """

    epochs: int | None = None
    seed: int = 0
    strategy: str = "auto"
    logical_cpus: int = 0
    resume: bool = False
    overwrite: bool = False
    max_minutes: float | None = None
    verbose: int = 1
    command: typing.Sequence | None = None
    finish_interrupted: bool = True
    export: bool = True


@dataclasses.dataclass(frozen=True)
class FinishedRun:
    """What a training leaves.

    Attributes:
        directory: the `RunDirectory`, paths of all files.
        metrics: what `metrics.json` holds.
        model: the trained model; `None` on the workers of a cluster that write nothing.
    """

    directory: RunDirectory
    metrics: dict
    model: keras.Model | None


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
        RunError: the run directory cannot be used as asked.
        NotFiniteLoss: the loss became NaN or infinite.
        KeyboardInterrupt: interrupted, and not `finish_interrupted`.
    """
    options = dataclasses.replace(options or TrainingOptions(), **settings)
    strategy = make_strategy(options.strategy, options.logical_cpus)
    cluster = Cluster(strategy)
    recipe = task.complete(recipe)
    epochs = recipe.epochs if options.epochs is None else options.epochs
    rounds = plan_rounds(recipe, output_dir, epochs, options.max_minutes)
    description = {
        "recipe": recipe.to_config(),
        "task": task.name,
        "data": task.description(),
        "seed": options.seed,
        "epochs": epochs,
        # A decaying learning rate depends on the last epoch, so a resumed run cannot move it.
        "decay_epochs": None if recipe.learning_rate_decay == "constant" else epochs,
        "strategy": options.strategy,
        "replicas": strategy.num_replicas_in_sync,
        "versions": versions(),
        "command": sys.argv if options.command is None else list(options.command),
    }
    run = _run_directory(output_dir)
    with naming_lost_workers():
        # Workers that disagree on when to stop would wait for each other for ever.
        agreed = {key: description[key] for key in ("recipe", "seed", "epochs")}
        data_sha256 = description["data"]["sha256"]
        cluster.check_agreement({**agreed, "data": data_sha256, "max_minutes": options.max_minutes})
        cluster.from_chief(lambda: run.open(description, options.resume, options.overwrite))
        try:
            trainer = _Trainer(task, strategy, cluster, options, description)
            metrics, model = trainer.train_rounds(rounds, run)
        finally:
            run.close()
    return FinishedRun(run, metrics, model if cluster.is_chief else None)


def _run_directory(path):
    def todays_recipe(config):
        return Recipe.from_config(config).to_config()

    return RunDirectory(path, todays_recipe)


@dataclasses.dataclass(frozen=True)
class _Trainer:
    """What all rounds of a training have in common."""

    task: Task
    strategy: typing.Any
    cluster: Cluster
    options: TrainingOptions
    description: dict

    def train_rounds(self, rounds, run):
        """Trains round after round; returns the metrics and the model of the last."""
        examples = self.task.training_examples(rounds[-1].recipe)
        teacher, minutes_used = None, 0.0
        for current in rounds:
            if current.is_last:
                return self._train_round(current, run, examples, teacher, minutes_used)
            directory = _run_directory(current.directory)
            if not self.cluster.from_chief(directory.metrics.exists):
                self._train_teacher(current, directory, examples, teacher, minutes_used)
            teacher = Teacher(current, self.task, self.cluster)
            minutes_used = teacher.record(0)["training_minutes"]
        raise AssertionError("a training has a last round")

    def _train_teacher(self, current, directory, examples, teacher, minutes_used):
        config = {
            **self.description,
            "recipe": current.recipe.to_config(),
            "epochs": current.epochs,
            "decay_epochs": self.description["decay_epochs"] and current.epochs,
        }
        self.cluster.from_chief(lambda: directory.open(config, resume=True))
        if self.options.verbose and self.cluster.is_chief:
            print(
                f"round {current.number} of {current.of}: training the teacher of the next, "
                f"{current.epochs} epochs",
                flush=True,
            )
        try:
            self._train_round(current, directory, examples, teacher, minutes_used)
        except KeyboardInterrupt:
            raise RunError(
                f"interrupted while training the teacher in {current.directory}: "
                "pass --resume to go on"
            ) from None
        finally:
            directory.close()

    def _train_round(self, current, run, examples, teacher, minutes_used):
        """Trains the model of one round, from its teacher's weights if there is one."""
        recipe, weights, extra = current.learning_recipe, None, {}
        if teacher is not None:
            options = self.options
            further = teacher.examples(current.recipe, options.seed, options.verbose)
            weights, extra["teacher"] = teacher.weights(), teacher.record(len(further))
            examples = examples + further
        keras.utils.set_random_seed(self.options.seed)
        arrays = self.task.encode(examples)
        plan = BatchPlan.of(arrays, recipe.batch_size, self.options.seed, steps=recipe.epoch_steps)
        with self.strategy.scope():
            model = build(recipe, self.task, self.options.seed)
            if weights is not None:
                model.set_weights(weights)
            model.compile(optimizer=make_optimizer(recipe))
        best, record = self._fit(current, recipe, model, arrays, plan, run, minutes_used)
        best.restore()
        if current.averages_with_teacher:
            model.set_weights(mean_weights(model, weights))
        if self.strategy.num_replicas_in_sync > 1:
            trained, model = model, build(recipe, self.task, self.options.seed)
            model.set_weights(trained.get_weights())
        record.update(extra)
        metrics = self.cluster.from_chief(lambda: self._finish(current, model, record, run))
        return metrics, model

    def _fit(self, current, recipe, model, arrays, plan, run, minutes_used):
        """Runs `model.fit` to its end, or what is left of it; returns best weights and record."""
        cluster, epochs = self.cluster, current.epochs
        limit = current.max_minutes
        if limit is not None:
            limit = max(0.0, limit - minutes_used)
        clock = callbacks.TimeLimit(limit, cluster)
        decay = make_decay(recipe, plan.steps_per_epoch * epochs, clock)
        encoder_training = make_encoder_training(recipe, model)
        pretrains = isinstance(encoder_training, callbacks.EncoderPretraining)
        best = callbacks.BestWeights(
            f"dev_{self.task.monitor}",
            patience=recipe.patience,
            tie_break=self.task.tie_break and f"dev_{self.task.tie_break}",
            start_epoch=encoder_training.epochs if pretrains else 0,
        )
        stateful = {}
        if isinstance(encoder_training, callbacks.AggressiveEncoder):
            stateful["aggressive_encoder"] = encoder_training
        checkpoint = RunCheckpoint(run.checkpoints, best, clock, cluster, stateful)
        done = checkpoint.restore(model)
        if done:
            logging.info("resuming after epoch %d", done)
        encoded = EncodedExamples(self.task, model, self.task.dev_examples)
        interrupts = callbacks.Interrupts()
        hooks = [
            interrupts,
            clock,
            *([decay] if decay else []),
            callbacks.NaNGuard(checkpoint.last),
            # Before the dev figures are there: they go to a run of their own.
            *([keras.callbacks.TensorBoard(run.logs, write_graph=False)] * cluster.is_chief),
            callbacks.DevEvaluation(lambda: cluster.from_chief(lambda: quick_figures(encoded))),
            *([encoder_training] if encoder_training else []),
            best,
            checkpoint,
        ]
        finished = done and best.state["waited"] >= recipe.patience
        if done < epochs and not finished and not clock.expired:
            if cluster.is_chief:
                hooks += tensorboard_callbacks(
                    run.logs, _hyperparameters(self.description), encoded, _advice(run)
                )
            dataset = training_dataset(arrays, plan, start_step=done * plan.steps_per_epoch)
            with interrupts, patched_fit(model):
                try:
                    model.fit(
                        dataset,
                        epochs=epochs,
                        initial_epoch=done,
                        steps_per_epoch=plan.steps_per_epoch,
                        callbacks=hooks,
                        verbose=self.options.verbose if cluster.is_chief else 0,
                    )
                except KeyboardInterrupt:
                    self._handle_interrupt(current)
        return best, {
            "best_epoch": best.state["best_epoch"],
            "epochs": len(checkpoint.history),
            "training_minutes": clock.elapsed_seconds / 60,
        }

    def _handle_interrupt(self, current):
        if not self.options.finish_interrupted or not current.is_last:
            raise KeyboardInterrupt
        if not self.cluster.is_alone:
            raise RunError("interrupted; start all workers with --resume to go on")
        print("\ninterrupted: finishing with the best weights so far", flush=True)

    def _finish(self, current, model, record, run):
        task, dev_examples = self.task, self.task.dev_examples
        figures, _ = evaluate(task, model, dev_examples, seed=self.options.seed)
        metrics = {"dev": figures, **record, "parameters": int(model.count_params())}
        with replacing(run.model) as temporary:
            model.save(temporary)
        if self.options.export and current.is_last:
            export_model(model, task.endpoints(model), run.export)
        outputs = task.outputs(model, dev_examples)
        task.write_predictions(run.predictions, dev_examples, [[best] for best, *_ in outputs])
        write_json(run.metrics, metrics)
        last = (record["best_epoch"] or 1) - 1
        tensorboard_results(run.logs, figures, step=last, skip=task.counts)
        write_projector(run.logs / "dev", *task.latent_table(model))
        return metrics


def _hyperparameters(description):
    """What TensorBoard's HParams plugin lists of a run."""
    recipe = {**description["recipe"], "recipe": description["recipe"]["name"]}
    for text in ("name", "paper", "summary"):
        del recipe[text]
    sizes = ("train_examples", "dev_examples", "sha256", "added_tasks")
    data = {name: value for name, value in description["data"].items() if name not in sizes}
    return {**recipe, "data": data, "seed": description["seed"]}


def _advice(run):
    return (
        "Once training has ended, this says which dimensions failed, why, and what to try: "
        f"`kvc-diagnose --model_dir={run.path} --file=FILE`"
    )

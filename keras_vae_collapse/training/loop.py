"""From a recipe and a data set to a run directory: the one training loop, `model.fit`."""

import dataclasses
import logging
import sys
import typing

import keras
import tensorflow as tf

from keras_vae_collapse import callbacks
from keras_vae_collapse.callbacks.weight_average import mean_weights
from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.core.files import replacing, write_json
from keras_vae_collapse.distribute.cluster import Cluster
from keras_vae_collapse.distribute.multiworker import fit_remedy, naming_lost_workers
from keras_vae_collapse.distribute.strategy import make_strategy
from keras_vae_collapse.export import export_model
from keras_vae_collapse.runs.provenance import describe_data, versions
from keras_vae_collapse.runs.run_directory import RunDirectory
from keras_vae_collapse.tasks.reinflection import (
    Vocabulary,
    augment,
    encode_examples,
    load_data,
    warn_unseen,
    write_predictions,
)
from keras_vae_collapse.training.batch_plan import BatchPlan
from keras_vae_collapse.training.encoder_training import make_encoder_training
from keras_vae_collapse.training.evaluation import EncodedExamples, evaluate_model, quick_figures
from keras_vae_collapse.training.optimizer import make_decay, make_optimizer
from keras_vae_collapse.training.pipeline import training_dataset
from keras_vae_collapse.training.rounds import Limits, Teacher


def train(
    recipe,
    build,
    data="demo",
    language="turkish",
    task=3,
    output_dir="runs/mdr",
    epochs=None,
    seed=0,
    strategy="auto",
    logical_cpus=0,
    resume=False,
    overwrite=False,
    max_minutes=None,
    verbose=1,
    command=None,
    finish_interrupted=True,
    export=True,
    added_tasks=(),
):
    """Trains the model of a recipe and leaves a complete run directory.

    Args:
        recipe: a recipe: model sizes, rate term, optimizer and batch settings.
        build: `build(recipe, vocabulary, seed) -> ReinflectionVAE`.
        data: `"demo"`, a directory of SIGMORPHON 2016 files, or `"sigmorphon2016"`.
        language, task: which files of a directory.
        output_dir: the run directory.
        epochs: at most so many epochs; by default the recipe's.
        seed: of initial weights, batches and noise.
        strategy, logical_cpus: see `make_strategy`.
        resume, overwrite: what to do with a run that is there already.
        max_minutes: stop training after so many minutes, those of a teacher included.
        verbose: 1 for a progress bar, 2 for a line an epoch, 0 for silence.
        command: list of words that `config.json` records; by default those of this process.
        finish_interrupted: whether Ctrl-C and SIGTERM end the training only, so that the run is
            completed with the best weights so far, or all of it.
        export: whether to leave a SavedModel, too.
        added_tasks: other tasks whose training files are added, see `load_data`.

    Returns:
        `(metrics, run)`: what `metrics.json` holds, and the `RunDirectory` (`None` on workers
        that write nothing).

    Raises:
        RunError: the run directory cannot be used as asked.
        DataError: the data cannot be read.
        NotFiniteLoss: the loss became NaN or infinite.
        KeyboardInterrupt: interrupted, and not `finish_interrupted`.
    """
    strategy_name, strategy = strategy, make_strategy(strategy, logical_cpus)
    cluster = Cluster(strategy)
    for name in ("teachers", "teacher_epochs"):
        check_integer(name, getattr(recipe, name), low=1)
    for name in ("back_translations", "epoch_steps"):
        check_integer(name, getattr(recipe, name), low=0)
    train_examples, dev_examples = load_data(data, language, task, added_tasks)
    vocabulary = Vocabulary.from_examples(train_examples)
    warn_unseen(vocabulary, dev_examples)
    epochs = recipe.epochs if epochs is None else epochs
    description = {
        "recipe": recipe.to_config(),
        "data": {
            **describe_data(data, language, task, train_examples, dev_examples),
            **({"added_tasks": list(added_tasks)} if added_tasks else {}),
        },
        "seed": seed,
        "epochs": epochs,
        # A decaying learning rate depends on the last epoch, so a resumed run cannot move it.
        "decay_epochs": None if recipe.learning_rate_decay == "constant" else epochs,
        "strategy": strategy_name,
        "replicas": strategy.num_replicas_in_sync,
        "versions": versions(),
        "command": sys.argv if command is None else command,
    }
    limits = Limits(epochs, max_minutes, finish_interrupted)
    run = RunDirectory(output_dir)
    with naming_lost_workers():
        # Workers that disagree on when to stop would wait for each other for ever.
        agreed = {key: description[key] for key in ("recipe", "seed", "epochs")}
        data_sha256 = description["data"]["sha256"]
        cluster.check_agreement({**agreed, "data": data_sha256, "max_minutes": max_minutes})
        cluster.from_chief(lambda: run.open(description, resume, overwrite))
        try:
            examples = augment(train_examples, recipe.augmentation)
            training = _Training(
                build, vocabulary, train_examples, examples, dev_examples, seed, strategy, cluster,
                verbose,
            )  # fmt: skip
            metrics = training.taught(recipe, run, limits, description, export)
        finally:
            run.close()
    return metrics, run if cluster.is_chief else None


class _Training(typing.NamedTuple):
    """What all trainings of a process have in common."""

    build: typing.Callable
    vocabulary: Vocabulary
    train_examples: list
    examples: list
    dev_examples: list
    seed: int
    strategy: tf.distribute.Strategy
    cluster: Cluster
    verbose: int

    def taught(self, recipe, run, limits, description, export):
        """Trains the model of a recipe, and its teacher before it; returns the metrics."""
        examples, weights, extra = self.examples, None, {}
        if recipe.back_translations:
            teacher = Teacher(recipe, run, self.cluster, self.seed, self.verbose)
            teacher.train(self.taught, limits, description)
            pairs, extra["teacher"] = teacher.pairs(self.train_examples)
            examples, weights = examples + pairs, teacher.weights()
            recipe = dataclasses.replace(recipe, learning_rate=recipe.pupil_learning_rate)
            limits = limits.after(extra["teacher"]["training_minutes"])
        return self.run(recipe, examples, weights, run, limits, export, extra)

    def run(self, recipe, examples, weights, run, limits, export, extra):
        """Trains the model of a recipe on examples, from `weights` if there are any.

        If those are of a pupil itself, the model ends as the mean of what they were and have become
        (Wortsman et al. 2022, arXiv:2109.01903). Returns the metrics, `extra` among them.
        """
        keras.utils.set_random_seed(self.seed)
        arrays = encode_examples(examples, self.vocabulary)
        plan = BatchPlan.of(arrays, recipe.batch_size, self.seed, steps=recipe.epoch_steps)
        with self.strategy.scope():
            model = self.build(recipe, self.vocabulary, self.seed)
            if weights is not None:
                model.set_weights(weights)
            model.compile(optimizer=make_optimizer(recipe))
        best, record = _fit(
            model, arrays, plan, self.dev_examples, recipe, run, self.cluster, limits, self.verbose
        )
        best.restore()
        if weights is not None and recipe.teachers > 1:
            model.set_weights(mean_weights(model, weights))
        if self.strategy.num_replicas_in_sync > 1:
            trained, model = model, self.build(recipe, self.vocabulary, self.seed)
            model.set_weights(trained.get_weights())
        record.update(extra)
        return self.cluster.from_chief(
            lambda: _finish(model, self.dev_examples, record, run, self.seed, export)
        )


def _fit(model, arrays, plan, dev_examples, recipe, run, cluster, limits, verbose):
    epochs = limits.epochs
    clock = callbacks.TimeLimit(limits.max_minutes, cluster)
    decay = make_decay(recipe, plan.steps_per_epoch * epochs, clock)
    encoder_training = make_encoder_training(recipe, model)
    pretrains = isinstance(encoder_training, callbacks.EncoderPretraining)
    best = callbacks.BestWeights(
        patience=recipe.patience, start_epoch=encoder_training.epochs if pretrains else 0
    )
    stateful = {}
    if isinstance(encoder_training, callbacks.AggressiveEncoder):
        stateful["aggressive_encoder"] = encoder_training
    checkpoint = callbacks.RunCheckpoint(run.checkpoints, best, clock, cluster, stateful)
    done = checkpoint.restore(model)
    if done:
        logging.info("resuming after epoch %d", done)
    encoded = EncodedExamples(model, dev_examples)
    # Before the dev figures are there: they go to a run of their own.
    training_log = [keras.callbacks.TensorBoard(run.logs, write_graph=False)]
    interrupts = callbacks.Interrupts()
    hooks = [
        interrupts,
        clock,
        *([decay] if decay else []),
        callbacks.NaNGuard(checkpoint.last),
        *(training_log if cluster.is_chief else []),
        callbacks.DevEvaluation(lambda: cluster.from_chief(lambda: quick_figures(encoded))),
        *([encoder_training] if encoder_training else []),
        best,
        checkpoint,
    ]
    finished = done and best.state["waited"] >= recipe.patience

    def record():
        return {
            "best_epoch": best.state["best_epoch"],
            "epochs": len(checkpoint.history),
            "training_minutes": clock.elapsed_seconds / 60,
        }

    if done >= epochs or finished or clock.expired:
        return best, record()
    if cluster.is_chief:
        hooks += callbacks.tensorboard_callbacks(run, encoded)
    dataset = training_dataset(arrays, plan, start_step=done * plan.steps_per_epoch)
    with interrupts, fit_remedy(model):
        try:
            model.fit(
                dataset,
                epochs=epochs,
                initial_epoch=done,
                steps_per_epoch=plan.steps_per_epoch,
                callbacks=hooks,
                verbose=verbose if cluster.is_chief else 0,
            )
        except KeyboardInterrupt:
            if not limits.finish_interrupted:
                raise
            if not cluster.is_alone:
                raise RunError("interrupted; start all workers with --resume to go on") from None
            print("\ninterrupted: finishing with the best weights so far", flush=True)
    return best, record()


def _finish(model, dev_examples, record, run, seed, export):
    figures, _ = evaluate_model(model, dev_examples, seed=seed)
    metrics = {
        "dev": figures,
        **record,
        "parameters": int(model.count_params()),
    }
    with replacing(run.model) as temporary:
        model.save(temporary)
    if export:
        export_model(model, run.export)
    forms = model.inflect([e.source for e in dev_examples], [e.features for e in dev_examples])
    write_predictions(run.predictions, dev_examples, [[form] for form in forms])
    write_json(run.metrics, metrics)
    last = (record["best_epoch"] or 1) - 1
    callbacks.tensorboard_results(run, model, dev_examples, figures, step=last)
    return metrics

"""One round of training: `model.fit` with all that watches it."""

import dataclasses
import logging
import typing

import keras

from keras_vae_collapse import callbacks
from keras_vae_collapse.callbacks.weight_average import mean_weights
from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.distribute import Cluster
from keras_vae_collapse.distribute.multiworker import patched_fit
from keras_vae_collapse.runs.run_checkpoint import RunCheckpoint
from keras_vae_collapse.tasks.task import Task
from keras_vae_collapse.tensorboard import tensorboard_callbacks
from keras_vae_collapse.training.adapted_latent import make_adapt
from keras_vae_collapse.training.batch_plan import BatchPlan
from keras_vae_collapse.training.build import build
from keras_vae_collapse.training.encoder_training import make_encoder_training
from keras_vae_collapse.training.evaluation import EncodedExamples, quick_figures
from keras_vae_collapse.training.hyperparameters import hyperparameters
from keras_vae_collapse.training.mixed_batches import mixed_dataset
from keras_vae_collapse.training.optimizer import make_decay, make_optimizer
from keras_vae_collapse.training.options import TrainingOptions
from keras_vae_collapse.training.pipeline import training_dataset
from keras_vae_collapse.training.round_results import RoundResults
from keras_vae_collapse.training.schedule_end import has_settled
from keras_vae_collapse.training.summary import diagnose_command


@dataclasses.dataclass(frozen=True)
class RoundTrainer:
    """Trains rounds of one training.

    Attributes:
        task, strategy, cluster, options: those of the training.
        description: what `config.json` of the run holds.
        held_out: examples that choose nothing and whose figures are reported.
    """

    task: Task
    strategy: typing.Any
    cluster: Cluster
    options: TrainingOptions
    description: dict
    held_out: typing.Sequence = ()

    def train(self, current, run, examples, teacher=None, minutes_used=0.0, earlier=()):
        """Trains the model of one round, from its teacher's weights if there is one.

        Args:
            current: the `Round`.
            run: its `RunDirectory`, opened.
            examples: the task's training examples.
            teacher: the `Teacher` of the round before, or `None`.
            minutes_used: by the rounds before.
            earlier: the rounds before the last one, for the last: one of them is kept if it is
                better.

        Returns:
            `(metrics, model)`.
        """
        recipe, weights, extra = current.learning_recipe, None, {}
        if teacher is not None:
            options = self.options
            further = teacher.examples(current.recipe, options.seed, options.verbose)
            weights, extra["teacher"] = teacher.weights(), teacher.record(len(further))
            examples = examples + further
        keras.utils.set_random_seed(self.options.seed)
        arrays = self.task.encode(examples)
        batch_size = self._batch_size(recipe, len(examples))
        plan = BatchPlan.of(arrays, batch_size, self.options.seed, steps=recipe.epoch_steps)
        with self.strategy.scope():
            model = build(recipe, self.task, self.options.seed)
            if weights is not None:
                model.set_weights(weights)
            model.compile(optimizer=make_optimizer(recipe))
        best, record = self._fit(current, recipe, model, arrays, plan, run, minutes_used)
        best.restore()
        if current.averages_with_teacher:
            model.set_weights(mean_weights(model, weights))
            if adapt := make_adapt(model, arrays, self.options.seed):
                adapt()
        if self.strategy.num_replicas_in_sync > 1:
            trained, model = model, build(recipe, self.task, self.options.seed)
            model.set_weights(trained.get_weights())
        record.update(extra)
        rounds = [*earlier, current]
        results = RoundResults(self.task, self.options, self.held_out)
        metrics = self.cluster.from_chief(lambda: results.write(rounds, model, record, run))
        return metrics, model

    def _batch_size(self, recipe, examples):
        """The recipe's, or the most that fewer examples fill, a whole number for each replica."""
        replicas = self.strategy.num_replicas_in_sync
        size = min(recipe.batch_size, max(1, examples // replicas) * replicas)
        if size < recipe.batch_size and self.options.verbose and self.cluster.is_chief:
            print(
                f"batches of {size}, not of {recipe.batch_size}: there "
                + (
                    "is 1 training example"
                    if examples == 1
                    else f"are {examples} training examples"
                ),
                flush=True,
            )
        return size

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
        pretraining = encoder_training.epochs if pretrains else 0
        adapt = make_adapt(model, arrays, self.options.seed)
        best = callbacks.BestWeights(
            f"dev_{self.task.chosen_monitor(recipe.monitor)}",
            patience=recipe.patience,
            tie_break=self.task.tie_break and f"dev_{self.task.tie_break}",
            start_epoch=pretraining,
            min_delta=recipe.min_delta,
            settled=lambda: has_settled(model.latent.rate_term),
            adapt=adapt,
        )
        stateful = {}
        if isinstance(encoder_training, callbacks.AggressiveEncoder):
            stateful["aggressive_encoder"] = encoder_training
        checkpoint = RunCheckpoint(run.checkpoints, best, clock, cluster, stateful)
        done = checkpoint.restore(model)
        if done:
            logging.info("resuming after epoch %d", done)
        checkpoint.save_start(model)
        encoded = EncodedExamples(self.task, model, self.task.dev_examples)
        interrupts = callbacks.Interrupts()
        hooks = [
            interrupts,
            clock,
            *([decay] if decay else []),
            callbacks.NaNGuard(checkpoint.last),
            # Before the dev figures are there: they go to a run of their own.
            *([keras.callbacks.TensorBoard(run.logs, write_graph=False)] * cluster.is_chief),
            callbacks.DevEvaluation(
                lambda: cluster.from_chief(lambda: quick_figures(encoded)), adapt
            ),
            *([encoder_training] if encoder_training else []),
            best,
            checkpoint,
        ]
        finished = done and best.state["waited"] >= recipe.patience
        if done < epochs and not finished and not clock.expired:
            if cluster.is_chief:
                hooks += tensorboard_callbacks(
                    run.logs, hyperparameters(self.description), encoded, _advice(self.task, run)
                )
                hooks += [callbacks.ProgressBar()] * bool(self.options.verbose)
            dataset = self._dataset(recipe, arrays, plan, done * plan.steps_per_epoch)
            with interrupts, patched_fit(model):
                try:
                    model.fit(
                        dataset,
                        epochs=epochs,
                        initial_epoch=done,
                        steps_per_epoch=plan.steps_per_epoch,
                        shuffle=False,  # the plan has done it; Keras would warn
                        callbacks=hooks,
                        verbose=self.options.verbose if cluster.is_chief else 0,
                    )
                except KeyboardInterrupt:
                    if interrupts.repeated or not interrupts.requested:
                        raise
            if interrupts.requested:
                self._handle_interrupt(current, best)
        finished = best.state["waited"] >= recipe.patience
        return best, {
            "best_epoch": best.state["best_epoch"],
            "epochs": len(checkpoint.history),
            "steps": int(keras.ops.convert_to_numpy(model.optimizer.iterations)),
            "training_minutes": clock.elapsed_seconds / 60,
            "ended_by": self._ended_by(current, clock, interrupts, finished, checkpoint, plan),
        }

    def _dataset(self, recipe, arrays, plan, start_step):
        """The batches, with unlabelled sequences among them where the task has any."""
        unlabelled = self.task.unlabelled(recipe)
        if unlabelled is None:
            return training_dataset(arrays, plan, start_step)
        further, ratio = unlabelled
        wanted, count = max(1, round(ratio * plan.batch_size)), len(further["target"])
        if count < wanted and self.options.verbose and self.cluster.is_chief:
            print(f"{count} unlabelled examples in a batch, not {wanted}: there are no more")
        further_plan = BatchPlan.of(
            further, min(wanted, count), self.options.seed + 1, steps=plan.steps_per_epoch
        )
        return mixed_dataset(arrays, plan, further, further_plan, start_step)

    def _handle_interrupt(self, current, best):
        if not self.options.finish_interrupted or not current.is_last or best.state["best"] is None:
            raise KeyboardInterrupt
        if not self.cluster.is_alone:
            raise RunError("interrupted; start all workers with --resume to go on")
        print(
            "\ninterrupted: finishing with the best weights so far; a second Ctrl-C ends at once",
            flush=True,
        )

    def _ended_by(self, current, clock, interrupts, finished, checkpoint, plan):
        """What ended the training: the name of a signal, or that of a setting."""
        if interrupts.requested:
            return interrupts.requested.name
        epoch, batches = clock.cut_after or (len(checkpoint.history), plan.steps_per_epoch)
        if batches >= plan.steps_per_epoch and (finished or epoch >= current.epochs):
            return "patience" if finished else "epochs"
        where = f"in epoch {epoch}, after {batches} of its {plan.steps_per_epoch} batches"
        if batches >= plan.steps_per_epoch:
            where = f"after epoch {epoch}"
        if self.cluster.is_chief:
            print(
                f"the time limit of {current.max_minutes:g} minutes ended training {where}, of "
                f"{current.epochs} epochs; --resume with a larger --max_minutes goes on",
                flush=True,
            )
        return "max_minutes"


def _advice(task, run):
    return (
        "Once training has ended, this says which dimensions failed, why, and what to try: "
        f"`{diagnose_command(task, run.path)}`"
    )

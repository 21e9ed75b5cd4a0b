"""What a trained round leaves in its run directory: model, figures, predictions, export."""

import dataclasses
import typing

from keras_vae_collapse.core.files import replacing, write_json, write_text
from keras_vae_collapse.export import export_model
from keras_vae_collapse.runs.model_archive import load_model
from keras_vae_collapse.tasks.task import Task
from keras_vae_collapse.tensorboard import tensorboard_results, write_projector
from keras_vae_collapse.training.best_round import choose_round, kept_line
from keras_vae_collapse.training.evaluation import evaluate
from keras_vae_collapse.training.options import TrainingOptions

# Outputs from the prior that are shown.
_SAMPLES = 20


@dataclasses.dataclass(frozen=True)
class RoundResults:
    """Measures a trained model and writes its results.

    Attributes:
        task, options: those of the training.
        held_out: examples that choose nothing and whose figures are reported.
    """

    task: Task
    options: TrainingOptions
    held_out: typing.Sequence = ()

    def write(self, rounds, model, record, run):
        """Writes what a round leaves.

        Args:
            rounds: all `Round`s that are done, this one last.
            model: its model. Where an earlier round is kept, it gets that one's weights.
            record: what is known of the training, for the metrics.
            run: its `RunDirectory`.

        Returns:
            The metrics.
        """
        task, dev_examples, current = self.task, self.task.dev_examples, rounds[-1]
        figures = self._figures(model)
        choice = choose_round(task, rounds, {"dev": figures, **record})
        if choice and choice["kept_round"] != current.number:
            if self.options.verbose:
                print(kept_line(choice), flush=True)
            kept = rounds[choice["kept_round"] - 1]
            model.set_weights(load_model(kept.directory).get_weights())
            figures = self._figures(model)
        metrics = {"dev": figures, **record, **choice, "parameters": int(model.count_params())}
        if self.held_out and current.is_last:
            metrics["held_out"] = self._report(model, run)
        with replacing(run.model) as temporary:
            model.save(temporary)
        if self.options.export and current.is_last:
            export_model(model, task.endpoints(model), run.export)
        outputs = task.outputs(model, dev_examples)
        task.write_predictions(run.predictions, dev_examples, [[best] for best, *_ in outputs])
        write_json(run.metrics, metrics)
        last = (record["best_epoch"] or 1) - 1
        shown = {name: task.figure(figures, name) for name in task.epoch_figures}
        tensorboard_results(run.logs, {**figures, **shown}, step=last, skip=task.counts)
        write_projector(run.logs / "dev", *task.latent_table(model))
        if samples := task.prior_samples(model, _SAMPLES, self.options.seed):
            write_text(run.samples, "".join("\t".join(row) + "\n" for row in samples))
        return metrics

    def _report(self, model, run):
        """Figures of the examples that have chosen nothing, whose outputs it writes."""
        task = self.task.with_dev_examples(self.held_out)
        figures, outputs = evaluate(task, model, self.held_out, 1, seed=self.options.seed)
        task.write_predictions(run.held_out_predictions, self.held_out, outputs)
        return figures

    def _figures(self, model):
        task = self.task
        return evaluate(task, model, task.dev_examples, task.beam_width, seed=self.options.seed)[0]

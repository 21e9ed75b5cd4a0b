"""The first of two trainings: a teacher, whose back-translations the model then learns from."""

import dataclasses
import io
import json

import keras
import numpy as np

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.core.files import write_text
from keras_vae_collapse.runs.model_archive import load_model
from keras_vae_collapse.runs.run_directory import RunDirectory
from keras_vae_collapse.tasks.reinflection import Example, back_translation, read_examples

_BATCH = 2048


@dataclasses.dataclass(frozen=True)
class Limits:
    """When a training ends.

    Attributes:
        epochs: most epochs.
        max_minutes: most minutes, `None` for no limit.
        finish_interrupted: whether Ctrl-C and SIGTERM end the training only.
    """

    epochs: int
    max_minutes: float | None
    finish_interrupted: bool

    def after(self, minutes):
        """What is left when so many minutes are used up."""
        if self.max_minutes is None:
            return self
        return dataclasses.replace(self, max_minutes=max(0.0, self.max_minutes - minutes))


class Teacher:
    """A model of the same recipe that is trained first, in `teacher/` of the run directory.

    If the recipe has several, it has a teacher of its own and learns for as many epochs as the
    model; the first learns from no back-translations, for `teacher_epochs`.

    What an interrupted run has left is taken up: a trained teacher is not trained again, and
    pairs that are written are read.

    Args:
        recipe: the recipe, with `back_translations`.
        run: the `RunDirectory` of the run, opened.
        cluster: the run's `Cluster`: its chief makes the pairs, all get them.
        seed: of what is asked of the teacher.
        verbose: 1 for a progress bar.
    """

    def __init__(self, recipe, run, cluster, seed, verbose):
        self._recipe = recipe
        self._run = run
        self._teacher = RunDirectory(run.teacher)
        self._cluster = cluster
        self._seed = seed
        self._verbose = verbose

    def train(self, train_run, limits, description):
        """Trains the teacher, unless that is done.

        Args:
            train_run: `train_run(recipe, run, limits, description, export)`.
            limits: the `Limits` of the whole run; the teacher gets its share of the minutes.
            description: what `config.json` of the whole run holds.

        Raises:
            RunError: interrupted.
        """
        if self._cluster.from_chief(self._teacher.metrics.exists):
            return
        teachers = self._recipe.teachers
        first = min(self._recipe.teacher_epochs, limits.epochs)
        epochs = first if teachers == 1 else limits.epochs
        minutes = limits.max_minutes
        if minutes is not None:
            all_epochs = first + teachers * limits.epochs
            minutes *= (all_epochs - limits.epochs) / all_epochs
        own = {"teachers": teachers - 1} if teachers > 1 else {"back_translations": 0}
        recipe = dataclasses.replace(self._recipe, epochs=epochs, **own)
        decay_epochs = None if description["decay_epochs"] is None else epochs
        description = {
            **description,
            "recipe": recipe.to_config(),
            "epochs": epochs,
            "decay_epochs": decay_epochs,
        }
        self._cluster.from_chief(lambda: self._teacher.open(description, resume=True))
        if self._verbose and self._cluster.is_chief:
            which = "the teacher" if teachers == 1 else f"teacher {teachers} and those before it"
            print(f"training {which}, {epochs} epochs", flush=True)
        try:
            train_run(recipe, self._teacher, Limits(epochs, minutes, False), description, False)
        except KeyboardInterrupt:
            raise RunError(
                f"interrupted while training the teacher in {self._run.teacher}: "
                "pass --resume to go on"
            ) from None
        finally:
            self._teacher.close()

    def pairs(self, examples):
        """The pairs that the teacher adds to the examples, and what is on record of it.

        Returns:
            `(pairs, record)`: a list of `Example`, and the teacher's `accuracy`, `epochs` and
            `training_minutes` (of its own teachers, too), the number of `pairs`, and the same of
            its own `teacher`, if it had one.
        """
        rows = self._cluster.from_chief(
            lambda: [(e.source, e.features, e.target) for e in self._made(examples)]
        )
        metrics = self._cluster.from_chief(
            lambda: json.loads(self._teacher.metrics.read_text(encoding="utf-8"))
        )
        own = metrics.get("teacher", {})
        record = {
            "accuracy": metrics["dev"]["accuracy"],
            "epochs": metrics["epochs"],
            "training_minutes": metrics["training_minutes"] + own.get("training_minutes", 0.0),
            "pairs": len(rows),
            **({"teacher": own} if own else {}),
        }
        return [Example(*row) for row in rows], record

    def weights(self):
        """The teacher's weights, a list of arrays, on every worker."""
        stream = io.BytesIO()
        if self._cluster.is_chief:
            np.savez(stream, *load_model(self._teacher.path).get_weights())
        data = self._cluster.bytes_from_chief(stream.getvalue())
        with np.load(io.BytesIO(data)) as arrays:
            return [arrays[name] for name in arrays.files]

    def _made(self, examples):
        """The pairs, read from the run's file or made and written there."""
        path = self._run.back_translations
        if not path.exists():
            labels = self._recipe.back_translations
            # Each teacher is asked for other features, so that its pupil sees other forms.
            seed = self._seed + self._recipe.teachers - 1
            pairs = back_translation(examples, self._inflect, labels, seed=seed)
            lines = (f"{e.source}\t{e.features}\t{e.target}\n" for e in pairs)
            write_text(path, "".join(lines))
        return read_examples(path) if path.stat().st_size else []

    def _inflect(self, sources, features):
        """The forms of many words, decoded in batches of like lengths."""
        model = load_model(self._teacher.path)
        forms = [None] * len(sources)
        order = np.argsort([len(source) for source in sources], kind="stable")
        if self._verbose:
            print(f"back-translating {len(sources)} words", flush=True)
        progress = keras.utils.Progbar(len(sources), verbose=int(self._verbose == 1))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            answers = model.inflect([sources[i] for i in rows], [features[i] for i in rows])
            for i, form in zip(rows, answers, strict=True):
                forms[i] = form
            progress.update(start + len(rows))
        return forms

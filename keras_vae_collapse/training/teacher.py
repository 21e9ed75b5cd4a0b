"""The model of a finished round, and what it gives the next."""

import contextlib
import io
import json
import pathlib
import tempfile

import numpy as np

from keras_vae_collapse.runs.model_archive import load_model
from keras_vae_collapse.training.rounds import round_options

FURTHER_EXAMPLES = "further-examples.tsv"


class Teacher:
    """The model of a finished round, and what it gives the next.

    Args:
        round_: the `Round`, finished.
        task: the run's `Task`.
        cluster: the run's `Cluster`: its chief makes the examples, all get them.
    """

    def __init__(self, round_, task, cluster):
        self._round, self._task, self._cluster = round_, task, cluster

    def weights(self):
        """The teacher's weights, a list of arrays, on every worker."""
        stream = io.BytesIO()
        if self._cluster.is_chief:
            np.savez(stream, *load_model(self._round.directory).get_weights())
        data = self._cluster.bytes_from_chief(stream.getvalue())
        with np.load(io.BytesIO(data)) as arrays:
            return [arrays[name] for name in arrays.files]

    def examples(self, recipe, seed, verbose=0):
        """The examples that the task makes of the teacher's answers, made once, then read.

        Args:
            recipe: the student's recipe.
            seed: of what is asked; each teacher is asked for other things, so that its student
                sees others.
            verbose: 1 for a progress bar.
        """
        path = self._round.directory / FURTHER_EXAMPLES

        def make():
            if not path.exists():
                options, own_seed = round_options(recipe), seed + self._round.number - 1
                model = load_model(self._round.directory)
                if members := options["members"]:
                    model = self._task.ensemble([model, *map(load_model, members)])
                made = self._task.further_examples(options["examples"], model, own_seed, verbose)
                self._task.write_examples(path, made)

        self._cluster.from_chief(make)
        data = self._cluster.bytes_from_chief(path.read_bytes() if self._cluster.is_chief else b"")
        with contextlib.ExitStack() as stack:
            if not self._cluster.is_chief:  # no file system need be shared
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                path = pathlib.Path(folder) / FURTHER_EXAMPLES
                path.write_bytes(data)
            return self._task.read_examples(path)

    def record(self, pairs):
        """What the student's `metrics.json` says of its teacher.

        Args:
            pairs: number of examples that the teacher has added.
        """

        def read():
            return json.loads((self._round.directory / "metrics.json").read_text(encoding="utf-8"))

        metrics = self._cluster.from_chief(read)
        own = metrics.get("teacher", {})
        return {
            self._task.monitor: metrics["dev"][self._task.monitor],
            "epochs": metrics["epochs"],
            "training_minutes": metrics["training_minutes"] + own.get("training_minutes", 0.0),
            "pairs": pairs,
            **({"teacher": own} if own else {}),
        }

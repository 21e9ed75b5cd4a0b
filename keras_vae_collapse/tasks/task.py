"""What training, evaluation, export and diagnosis ask of a task."""

import abc
import copy
import hashlib
import json
import os
import pathlib
import typing
from collections.abc import Sequence

import numpy as np

from keras_vae_collapse.core.errors import RecipeError, did_you_mean
from keras_vae_collapse.core.files import write_text
from keras_vae_collapse.core.special_ids import EOS, FIRST_SYMBOL


class Task(abc.ABC):
    """A set of examples, and all that is particular to them.

    A subclass sets the attributes below and writes `encode`; everything else has a default that
    serves any autoencoder of id sequences. An example is whatever the subclass makes it; nothing
    else looks into it.

    Attributes:
        name: of the task, for `config.json`.
        train_examples, dev_examples: lists of examples.
        vocabulary_size: number of symbols, the special ids of `core.special_ids` included.
        max_length: most symbols that decoding writes, end symbol not counted.
        condition_size: number of entries of the binary condition, 0 for none.
        monitor: the figure that chooses the best weights, greater is better: one of
            `epoch_figures`, or `"constrained_elbo"`, minus distortion and rate in nats, where a
            rate below the one that the rate term aims at counts as that one.
        monitors: others of `epoch_figures` that a recipe's `monitor` may name, greater is better.
        tie_break: a figure of which less is better, where `monitor` is equal; or `None`.
        epoch_figures: those of `figures` that are logged after every epoch.
        columns: names of the columns of `cells`.
        counts: those of `figures` that count examples and are no results.
        beam_width: hypotheses of the beam search at the end of training, 1 for greedy search
            alone.

    Example, a task of a few lines (sequences that are to be reproduced):

    ```python
    import numpy as np
    from keras_vae_collapse.tasks import Task

    class CopyTask(Task):
        name, vocabulary_size, max_length = "copy", 12, 6

        def __init__(self):
            ids = np.random.default_rng(0).integers(4, 12, size=(96, 5))
            examples = [[*row, 3] for row in ids.tolist()]  # 3 ends a sequence
            self.train_examples, self.dev_examples = examples[:64], examples[64:]

        def encode(self, examples: list) -> dict[str, np.ndarray]:
            return {"source": np.array(examples, "int32"), "target": np.array(examples, "int32")}

    assert CopyTask().gold([4, 7, 3]) == "4 7"
    ```
    """

    train_examples: list
    dev_examples: list
    vocabulary_size: int
    max_length: int
    name: str = "task"
    condition_size: int = 0
    monitor: str = "accuracy"
    monitors: tuple[str, ...] = ()
    tie_break: str | None = None
    epoch_figures: tuple[str, ...] = ("accuracy",)
    columns: tuple[str, ...] = ("input",)
    counts: tuple[str, ...] = ("count",)
    beam_width: int = 8

    # Examples in.

    @abc.abstractmethod
    def encode(self, examples: list) -> dict[str, np.ndarray]:
        """Examples as arrays, a row each.

        Returns:
            A dictionary with int32 ids `"source"` `(N, S)` and `"target"` `(N, T)`, ended by the
            end symbol and padded on the right with 0, and float32 `"condition"` `(N, M)` where
            there is a condition. Ids may stay on the disk, see `training_dataset`.
        """

    def complete(self, recipe: typing.Any) -> typing.Any:
        """The recipe with what it leaves to the task filled in.

        Raises:
            RecipeError: the recipe asks for what the task does not have.
        """
        self.refuse_unlabelled(recipe)
        return recipe

    def refuse_unlabelled(self, recipe: typing.Any) -> None:
        """Raises `RecipeError` for a recipe of labelled and unlabelled examples."""
        for name in ("labelled", "unlabeled"):
            if value := getattr(recipe, name):
                raise RecipeError(
                    f"the task {self.name!r} knows no labels. Received: {name}={value!r}"
                )

    def with_dev_examples(self, examples: list) -> "Task":
        """The same task with other development examples."""
        other = copy.copy(self)
        other.dev_examples = examples
        return other

    def training_examples(self, recipe: typing.Any) -> list:
        """The examples that a recipe trains on, such as those of an augmentation."""
        return self.train_examples

    def unlabelled(self, recipe: typing.Any) -> tuple[dict[str, typing.Any], float] | None:
        """Sequences without a condition that a recipe trains on beside the examples.

        Returns:
            `None` where there are none; else their arrays, as `encode` makes them, without a
            condition, and how many come with each labelled example of a batch.
        """
        return None

    def further_examples(
        self, part: dict, model: typing.Any, seed: int = 0, verbose: int = 0
    ) -> list:
        """Examples that a trained model adds to those of the next round of training.

        Args:
            part: the recipe's `rounds["examples"]`.
            model: the model of the round before.
            seed: of what is drawn.
            verbose: 1 for a progress bar.

        Raises:
            ValueError: the task has none.
        """
        raise ValueError(f"the task {self.name!r} makes no further examples of a trained model")

    def ensemble(self, models: list) -> typing.Any:
        """Several trained models as one that makes further examples with them all.

        Raises:
            ValueError: the task has no such thing, or the models cannot work together.
        """
        raise ValueError(f"the task {self.name!r} has no ensembles")

    def write_examples(self, path: pathlib.Path, examples: list) -> None:
        """Writes examples to a file that `read_examples` reads."""
        write_text(path, "".join(json.dumps(example) + "\n" for example in examples))

    def read_examples(self, path: pathlib.Path) -> list:
        """Reads what `write_examples` has written."""
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def description(self) -> dict:
        """Name, sizes and SHA-256 of the data, as JSON values; the same for the same data."""
        arrays = [self.encode(part) for part in (self.train_examples, self.dev_examples)]
        digest = hashlib.sha256()
        for part in arrays:
            for name in sorted(part):
                digest.update(name.encode() + np.ascontiguousarray(part[name]).tobytes())
        return {"name": self.name, **self.sizes(), "sha256": digest.hexdigest()}

    def sizes(self) -> dict[str, int]:
        """The numbers of examples, for `description`."""
        return {
            "train_examples": len(self.train_examples),
            "dev_examples": len(self.dev_examples),
        }

    # The model.

    def model(self, recipe: typing.Any, seed: int = 0) -> typing.Any:
        """The model of a recipe, not yet compiled; initial weights follow Keras's global seed.

        Raises:
            RecipeError: a part of the recipe is impossible.
        """
        from keras_vae_collapse.models import SequenceVAE

        return SequenceVAE(**self.parts(recipe, seed))

    def parts(self, recipe, seed=0):
        """The arguments of the model; see `models.assembly.sequence_parts`."""
        from keras_vae_collapse.models.assembly import sequence_parts

        return sequence_parts(
            recipe, self.vocabulary_size, self.max_length, self.condition_size, seed
        )

    # Strings out.

    def text(self, ids: Sequence[int]) -> str:
        """Ids of a sequence as text, up to its end."""
        ids = list(map(int, ids))
        end = ids.index(EOS) if EOS in ids else len(ids)
        return " ".join(str(i) for i in ids[:end] if i >= FIRST_SYMBOL)

    def texts(self, model: typing.Any, ids: np.ndarray) -> list[str]:
        """Ids `(N, length)`, as `model.decode` writes them, as a list of texts."""
        return [self.text(row) for row in np.asarray(ids)]

    def outputs(self, model: typing.Any, examples: list, beam_width: int = 1) -> list[list[str]]:
        """For each example its n-best list of texts, decoded from the posterior mean."""
        from keras_vae_collapse.models.functions import ModelFunctions

        ids = ModelFunctions(model).reconstruct(self.encode(examples), beam_width)
        return [self.texts(model, beams) for beams in ids]

    def gold(self, example: typing.Any) -> str:
        """The text that is wanted of an example."""
        return self.text(self.encode([example])["target"][0])

    def cells(self, example: typing.Any) -> tuple[str, ...]:
        """The input of an example as texts, one for each of `columns`."""
        return (self.text(self.encode([example])["source"][0]),)

    def figures(self, examples: list, outputs: list[list[str]]) -> dict:
        """The task's own figures: here the share of examples whose best output is right."""
        right = [
            self.gold(example) == best
            for example, (best, *_) in zip(examples, outputs, strict=True)
        ]
        return {"accuracy": float(np.mean(right)), "count": len(right)}

    def figure(self, figures: dict, name: str) -> float:
        """The figure of this name, of those that `figures` or an evaluation gives."""
        return figures[name]

    def chosen_monitor(self, setting: str = "task") -> str:
        """The figure that chooses weights, for what a recipe's `monitor` says.

        Args:
            setting: `"task"` for the task's own; `"auto"` for the one that says most of examples
                that training has not seen, here the same; or the name of a figure.

        Raises:
            RecipeError: there is no such figure, or less of it is better.
        """
        allowed = list(dict.fromkeys((self.monitor, *self.monitors, "constrained_elbo")))
        if setting in ("task", "auto"):
            return self.monitor
        if setting not in allowed:
            raise RecipeError(
                f"`monitor` must be 'task', 'auto' or one of {', '.join(allowed)}, the figures of "
                f"these data. Received: monitor={setting!r}.{did_you_mean(setting, allowed)}"
            )
        return setting

    def further_figures(self, figures: dict, model: typing.Any, seed: int = 0) -> dict:
        """Figures that follow from all others or from samples, such as a perplexity."""
        return {}

    def table(self, figures: dict) -> list[tuple[str, str, str]]:
        """The task's figures as rows: label, text for greedy search, text for beam search."""
        beam = figures.get("beam", figures)
        return [(name, f"{figures[name]:.4f}", f"{beam[name]:.4f}") for name in self.epoch_figures]

    def details(self, figures: dict) -> list[str]:
        """Further lines below the table of figures."""
        return []

    def write_predictions(
        self, path: str | os.PathLike, examples: list, outputs: list[list[str]]
    ) -> None:
        """Writes the outputs to a file: the input's columns, then the output, best first."""
        rows = [
            (*self.cells(example), output)
            for example, n_best in zip(examples, outputs, strict=True)
            for output in n_best
        ]
        write_text(path, "".join("\t".join(row) + "\n" for row in rows))

    def dev_options(self) -> str | None:
        """The options with which a command reads the development set, `None` if none does."""
        return None

    # Where a trained model goes.

    def endpoints(self, model: typing.Any) -> dict:
        """What the SavedModel offers: `{name: (function, signature)}`, the first by default."""
        from keras_vae_collapse.models.endpoints import id_endpoints

        return id_endpoints(model)

    def prior_samples(self, model: typing.Any, count: int, seed: int = 0) -> list[tuple]:
        """Outputs of latent vectors drawn from the prior, for people to read.

        Returns:
            A tuple of strings for each, the output last, before it what was asked for beside the
            latent vector; an empty list where the task has nothing to show.
        """
        return []

    def latent_table(self, model: typing.Any) -> tuple[np.ndarray, tuple, list]:
        """What the projector shows: latent vectors `(N, latent_dim)`, names and cells of labels.

        Returns:
            `(vectors, columns, rows)`, of the development examples.
        """
        from keras_vae_collapse.models.functions import ModelFunctions

        loc, _ = ModelFunctions(model).encode(self.encode(self.dev_examples))
        rows = [self.cells(example) for example in self.dev_examples]
        return np.asarray(loc), self.columns, rows

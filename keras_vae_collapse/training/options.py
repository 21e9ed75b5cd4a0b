"""What a training is told, and what it leaves."""

import dataclasses
import typing

from keras_vae_collapse.runs.run_directory import RunDirectory


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
            completed with the best weights so far, or all of it; as long as there are none,
            they end all of it anyway.
        export: whether to leave a SavedModel, too.
        held_out: the share of the development examples that choose nothing, see `hold_out`; their
            figures, with greedy search, are in `metrics.json` under `held_out`.
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
    held_out: float = 0.0


@dataclasses.dataclass(frozen=True)
class FinishedRun:
    """What a training leaves.

    Attributes:
        directory: the `RunDirectory`, paths of all files.
        metrics: what `metrics.json` holds.
        model: the trained Keras model; `None` on the workers of a cluster that write nothing.
    """

    directory: RunDirectory
    metrics: dict
    model: typing.Any

"""`MultiWorkerMirroredStrategy` with the `fit` of Keras 3."""

import contextlib
import os

import tensorflow as tf

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.distribute.slurm import slurm_cluster_resolver


def multiworker_strategy():
    """The strategy of the cluster that `TF_CONFIG` or a Slurm job step describes.

    Call it before TensorFlow computes anything; it waits until all workers are there.

    Raises:
        ValueError: there is neither `TF_CONFIG` nor a Slurm job step.
    """
    if "TF_CONFIG" in os.environ:
        return tf.distribute.MultiWorkerMirroredStrategy()
    if "SLURM_STEP_NODELIST" in os.environ:
        return tf.distribute.MultiWorkerMirroredStrategy(slurm_cluster_resolver())
    raise ValueError(
        "strategy 'multiworker' needs TF_CONFIG in the environment, or a Slurm job step (srun)"
    )


def is_multiworker(strategy):
    """Whether a strategy has more than one process."""
    return (
        isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
        and strategy.extended._in_multi_worker_mode()
    )


_STEPS = ("train_step", "test_step")


class WorkerLost(RunError):
    """Another worker of the cluster is gone; training cannot go on without it."""


@contextlib.contextmanager
def naming_lost_workers():
    """Turns TensorFlow's errors of a broken cluster into `WorkerLost`.

    A worker that dies closes its connections or misses its heartbeats; TensorFlow then ends
    whatever the others are waiting for, within about ten seconds.
    """
    try:
        yield
    except (
        tf.errors.UnavailableError,
        tf.errors.AbortedError,
        tf.errors.CancelledError,
        tf.errors.DeadlineExceededError,
    ) as error:
        raise WorkerLost(
            "lost another worker of the cluster. Start all workers again with --resume to go on "
            f"from the last checkpoint. TensorFlow says:\n{error.message}"
        ) from error


@contextlib.contextmanager
def patched_fit(model):
    """Within the block `model.fit` and `evaluate` work under any `tf.distribute` strategy.

    Keras 3 fails in two places (https://github.com/keras-team/keras/issues/20585):

    - to build the model it averages the first batch over the replicas, which turns ids into
      fractions, fails where replicas hold unequally many examples, and always fails under
      `MultiWorkerMirroredStrategy`; a replica's own batch will do;
    - under `MultiWorkerMirroredStrategy` it averages the logs of a step over their axis 0, but
      they are scalars; given an axis of length 1, their mean over that axis and the workers is
      the scalar it should be.

    Only this object is changed, and only within the block; without a strategy nothing is.

    Args:
        model: a compiled model made in the scope of the strategy.
    """
    strategy = model.distribute_strategy
    if strategy.num_replicas_in_sync == 1:
        yield
        return

    def build_from_local_batch(iterator=None, data_batch=None):
        if iterator is not None:
            *_, batches = next(iter(iterator))  # what stands before depends on the version
            data_batch = tf.nest.map_structure(
                lambda value: strategy.experimental_local_results(value)[0], next(batches)
            )
        with strategy.scope():
            model._symbolic_build(data_batch=data_batch)

    def with_axis(step):
        return lambda data: tf.nest.map_structure(lambda log: log[None], step(data))

    patches = {"_maybe_symbolic_build": build_from_local_batch}
    if is_multiworker(strategy):
        patches.update({name: with_axis(getattr(model, name)) for name in _STEPS})
    model.train_function = model.test_function = None  # made of other steps, perhaps
    for name, patch in patches.items():
        # Past the attribute tracking of Keras: these are no parts of the model.
        object.__setattr__(model, name, patch)
    try:
        yield
    finally:
        for name in patches:
            object.__delattr__(model, name)
        model.train_function = model.test_function = None

"""Base class of callbacks that write to TensorBoard."""

import contextlib

import keras


class SummaryCallback(keras.callbacks.Callback):
    """A callback with a summary writer that it may share with others.

    TensorBoard reads one event file of a folder at a time, so everything that goes into one
    folder has to go through one writer.

    Args:
        writer: a `tf.summary.SummaryWriter`, or `None` to write nothing.
    """

    def __init__(self, writer):
        super().__init__()
        self.writer = writer

    @contextlib.contextmanager
    def summaries(self, step):
        """Within the block `tf.summary` writes to the writer, at `step`; the end flushes it."""
        if self.writer is None:
            yield
            return
        with self.writer.as_default(step):
            yield

    def is_last(self, epoch):
        """Whether training ends with this epoch, as far as is known."""
        return self.model.stop_training or epoch + 1 == self.params.get("epochs")

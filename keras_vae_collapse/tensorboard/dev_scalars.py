"""Figures of the development set as scalars beside those of training."""

import tensorflow as tf

from keras_vae_collapse.callbacks.summary_callback import SummaryCallback

_PREFIX = "dev_"


class DevScalars(SummaryCallback):
    """Writes the entries `dev_NAME` of the logs as scalars `epoch_NAME`.

    `keras.callbacks.TensorBoard` names the figures of training `epoch_NAME` too, in its run
    `train`: TensorBoard then draws both in one chart. Put that callback before the
    `DevEvaluation` that adds the entries, and this one after it: each figure is written once.

    Args:
        writer: a `tf.summary.SummaryWriter` of a run of its own.
    """

    def on_epoch_end(self, epoch, logs=None):
        with self.summaries(epoch):
            for name, value in (logs or {}).items():
                if name.startswith(_PREFIX):
                    tf.summary.scalar(f"epoch_{name[len(_PREFIX) :]}", value)

"""Figures of the development set under the names of those of training."""

import tensorflow as tf
from event_files import read_events

from keras_vae_collapse.tensorboard import DevScalars


def test_only_figures_of_the_development_set_are_written_at_their_epoch(tmp_path):
    callback = DevScalars(tf.summary.create_file_writer(str(tmp_path)))
    callback.on_epoch_end(0)
    callback.on_epoch_end(
        3, {"dev_accuracy": 0.25, "loss": 1.0, "val_dev_x": 2.0, "dev_dev_y": 3.0}
    )
    found = {(step, tag): float(value) for step, tag, value in read_events(tmp_path)}
    assert found == {(3, "epoch_accuracy"): 0.25, (3, "epoch_dev_y"): 3.0}


def test_without_a_writer_nothing_is_written_and_nothing_fails():
    DevScalars(None).on_epoch_end(0, {"dev_accuracy": 0.25})

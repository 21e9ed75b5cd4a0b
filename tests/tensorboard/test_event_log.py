"""Scalars and texts of event files, as our own pages read them."""

import tensorflow as tf

from keras_vae_collapse.tensorboard.event_log import read_events


def write(folder, name, values):
    writer = tf.summary.create_file_writer(str(folder), filename_suffix=name)
    for step, value in values.items():
        with writer.as_default(step):
            tf.summary.scalar("epoch_rate", value)
            tf.summary.text("table", f"ü {value}")
            tf.summary.image("picture", tf.zeros((1, 2, 2, 3)))
    writer.close()


def test_of_a_repeated_epoch_the_last_value_counts(tmp_path):
    write(tmp_path, ".1", {0: 1.0, 1: 2.0, 2: 3.0})
    (first,) = tmp_path.iterdir()
    first.rename(tmp_path / "events.out.tfevents.1000000000.a")
    write(tmp_path, ".2", {1: 5.0})
    log = read_events(tmp_path)
    assert log.scalars == {"epoch_rate": {0: 1.0, 1: 5.0, 2: 3.0}}
    assert log.texts == {"table": {0: "ü 1.0", 1: "ü 5.0", 2: "ü 3.0"}}


def test_a_record_that_is_being_written_ends_the_file(tmp_path):
    write(tmp_path, "", {0: 1.0, 1: 2.0})
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    log = read_events(tmp_path)
    assert log.scalars == {"epoch_rate": {0: 1.0, 1: 2.0}} and log.texts["table"][1] == "ü 2.0"


def test_a_folder_that_is_not_there_has_nothing(tmp_path):
    assert read_events(tmp_path / "x") == ({}, {})

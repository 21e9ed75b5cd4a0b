"""What a folder of TensorBoard event files holds."""

import glob
import os

import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event


def read_events(folder):
    """`[(step, tag, tensor), ...]` of all summaries in a folder, in the order written."""
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "events.out.tfevents.*"))):
        for record in tf.data.TFRecordDataset(path):
            event = Event.FromString(record.numpy())
            found += [
                (event.step, value.tag, tf.make_ndarray(value.tensor))
                for value in event.summary.value
                if value.HasField("tensor")
            ]
    return found


def tags(folder):
    """The different tags of a folder."""
    return {tag for _, tag, _ in read_events(folder)}


def texts(folder, tag):
    """`{step: text}` of a text tag."""
    found = read_events(folder)
    return {step: value.ravel()[0].decode("utf-8") for step, name, value in found if name == tag}

"""What a folder of TensorBoard event files holds."""

import glob
import os

import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData


def _summaries(folder):
    """`(step, summary value)` of a folder, in the order written."""
    for path in sorted(glob.glob(os.path.join(folder, "events.out.tfevents.*"))):
        for record in tf.data.TFRecordDataset(path):
            event = Event.FromString(record.numpy())
            yield from ((event.step, value) for value in event.summary.value)


def read_events(folder):
    """`[(step, tag, tensor), ...]` of all summaries in a folder, in the order written."""
    return [
        (step, value.tag, tf.make_ndarray(value.tensor))
        for step, value in _summaries(folder)
        if value.HasField("tensor")
    ]


def tags(folder):
    """The different tags of a folder."""
    return {tag for _, tag, _ in read_events(folder)}


def texts(folder, tag):
    """`{step: text}` of a text tag."""
    found = read_events(folder)
    return {step: value.ravel()[0].decode("utf-8") for step, name, value in found if name == tag}


def hparams_content(folder, tag):
    """What the HParams plugin wrote under a tag, of which there is one."""
    (value,) = (value for _, value in _summaries(folder) if value.tag == tag)
    return HParamsPluginData.FromString(value.metadata.plugin_data.content)


def layout_of(folder):
    """The layout of Custom Scalars, of which there is one."""
    from tensorboard.plugins.custom_scalar import layout_pb2, metadata

    (value,) = (v for _, v in _summaries(folder) if v.tag == metadata.CONFIG_SUMMARY_TAG)
    return layout_pb2.Layout.FromString(value.tensor.string_val[0])

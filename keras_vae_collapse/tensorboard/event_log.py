"""What a folder of TensorBoard event files holds, for pages and tables of our own."""

import pathlib
import typing

from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util import tensor_util


class EventLog(typing.NamedTuple):
    """Scalars and texts of one run of TensorBoard: `{tag: {step: value}}` each."""

    scalars: dict[str, dict[int, float]]
    texts: dict[str, dict[int, str]]


def read_events(folder) -> EventLog:
    """Reads the event files of a folder, also while another process writes them.

    Of several values of a step the one that was written last counts: a training that was killed
    and resumed has repeated the epoch. A record that is not complete yet ends its file. A folder
    that is not there has nothing.

    Args:
        folder: such as `logs/train`.
    """
    scalars: dict[str, dict[int, float]] = {}
    texts: dict[str, dict[int, str]] = {}
    for path in sorted(pathlib.Path(folder).glob("events.out.tfevents.*")):
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                kind = value.metadata.plugin_data.plugin_name
                if kind == "scalars":
                    number = float(tensor_util.make_ndarray(value.tensor))
                    scalars.setdefault(value.tag, {})[event.step] = number
                elif kind == "text" and value.tensor.string_val:
                    text = value.tensor.string_val[0].decode("utf-8", "replace")
                    texts.setdefault(value.tag, {})[event.step] = text
    return EventLog(scalars, texts)

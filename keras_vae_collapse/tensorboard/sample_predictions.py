"""What the model predicts for a few examples, epoch by epoch, as a table in TensorBoard."""

import re

import numpy as np
import tensorflow as tf
from rapidfuzz.distance import Levenshtein

from keras_vae_collapse.callbacks.summary_callback import SummaryCallback
from keras_vae_collapse.core.checks import check_integer

MISSING = "‸"
# Everything that Markdown or HTML could read as its own.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>&|#~!\r\n]")


class SamplePredictions(SummaryCallback):
    """Writes inputs, gold and prediction of a fixed set of examples as text.

    A cross marks a wrong prediction; what differs in it from gold is bold, and a caret stands
    where characters are missing.

    Args:
        writer: a `tf.summary.SummaryWriter`.
        columns: names of the input columns.
        rows: for each example a tuple of strings, one for each column.
        gold: the expected output of each example, a string.
        predict: function without arguments that returns the predicted string of each example,
            or `None` for no table in this epoch.
        count: at most this many examples are shown, taken at even distances from the list.
        every: epochs from table to table; the last epoch has one in any case.

    Raises:
        ValueError: `count` or `every` is not a positive integer.
    """

    def __init__(self, writer, columns, rows, gold, predict, count=20, every=1):
        super().__init__(writer)
        check_integer("count", count, low=1)
        self._every = check_integer("every", every, low=1)
        shown = np.linspace(0, len(rows) - 1, min(count, len(rows)))
        self._shown = shown.round().astype(int)
        self._columns = columns
        self._rows = [rows[i] for i in self._shown]
        self._gold = [gold[i] for i in self._shown]
        self._predict = predict

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self._every and not self.is_last(epoch):
            return
        outputs = self._predict()
        if outputs is None:
            return
        shown = [outputs[i] for i in self._shown]
        table = predictions_table(self._columns, self._rows, self._gold, shown)
        with self.summaries(epoch):
            tf.summary.text("sample_predictions", table)


def predictions_table(columns, rows, gold, outputs):
    """A Markdown table of examples and what is predicted for them."""
    right = [output == expected for output, expected in zip(outputs, gold, strict=True)]
    lines = [
        f"{sum(right)} of {len(right)} right. In a wrong prediction **bold** differs from gold, "
        f"**{MISSING}** stands for what is missing.",
        "",
        _line("", *columns, "gold", "prediction"),
        _line(":-:", *[":--"] * (len(columns) + 2)),
    ]
    for row, expected, output, is_right in zip(rows, gold, outputs, right, strict=True):
        marked = mark_differences(output, expected) or "*(empty)*"
        lines.append(_line("✓" if is_right else "✗", *map(escape, (*row, expected)), marked))
    return "\n".join(lines)


def _line(*cells):
    return f"| {' | '.join(cells)} |"


def mark_differences(output, gold):
    """`output` as Markdown with what differs from `gold` in bold."""
    if not output:
        return ""
    pieces, differs_before = [], False
    for tag, _, _, start, end in Levenshtein.opcodes(gold, output):
        differs, text = tag != "equal", output[start:end]
        if differs and differs_before:
            pieces[-1] = (pieces[-1][0] + text, True)  # "**a****b**" would not be two bold runs
        else:
            pieces.append((text, differs))
        differs_before = differs
    return "".join(
        f"**{escape(text).replace(' ', '␣') or MISSING}**" if differs else escape(text)
        for text, differs in pieces
    )


def escape(text):
    """`text` as Markdown that shows it as it is."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", text)

"""What the model says to a few words, epoch by epoch, as a table in TensorBoard."""

import re

import numpy as np
import tensorflow as tf
from rapidfuzz.distance import Levenshtein

from keras_vae_collapse.callbacks.summary_callback import SummaryCallback
from keras_vae_collapse.core.checks import check_integer

MISSING = "‸"
_HEADER = "| | source | features | gold | prediction |\n|:-:|:--|:--|:--|:--|"
# Everything that Markdown or HTML could read as its own.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>&|#~!]")


class SamplePredictions(SummaryCallback):
    """Writes source, features, gold and predicted form of a fixed set of examples as text.

    A cross marks a wrong form; what differs in it from the gold form is bold, and a caret
    stands where characters are missing.

    Args:
        writer: a `tf.summary.SummaryWriter`.
        examples: `Example`s with a target each.
        predict: function without arguments that returns the form of each example, or `None`
            for no table in this epoch.
        count: so many examples are shown, taken at even distances from the list.
        every: epochs from table to table; the last epoch has one in any case.

    Raises:
        ValueError: `count` or `every` is not a positive integer.
    """

    def __init__(self, writer, examples, predict, count=20, every=1):
        super().__init__(writer)
        check_integer("count", count, low=1)
        self._every = check_integer("every", every, low=1)
        rows = np.linspace(0, len(examples) - 1, min(count, len(examples)))
        self._rows = rows.round().astype(int)
        self._examples = [examples[row] for row in self._rows]
        self._predict = predict

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self._every and not self.is_last(epoch):
            return
        forms = self._predict()
        if forms is None:
            return
        table = predictions_table(self._examples, [forms[row] for row in self._rows])
        with self.summaries(epoch):
            tf.summary.text("sample_predictions", table)


def predictions_table(examples, forms):
    """A Markdown table of examples and the forms predicted for them."""
    rows = [
        "| " + " | ".join(_cells(example, form)) + " |"
        for example, form in zip(examples, forms, strict=True)
    ]
    right = sum(form == example.target for example, form in zip(examples, forms, strict=True))
    legend = f"{right} of {len(rows)} right. In a wrong form **bold** differs from gold, "
    legend += f"**{MISSING}** stands for what is missing."
    return "\n".join([legend, "", _HEADER, *rows])


def _cells(example, form):
    mark = "✓" if form == example.target else "✗"
    given = (escape(text) for text in (example.source, example.features, example.target))
    return (mark, *given, mark_differences(form, example.target) or "*(empty)*")


def mark_differences(form, gold):
    """`form` as Markdown with what differs from `gold` in bold."""
    pieces, differs_before = [], False
    for tag, _, _, start, end in Levenshtein.opcodes(gold, form):
        differs = tag != "equal"
        text = form[start:end]
        if differs and differs_before:
            pieces[-1] = (pieces[-1][0] + text, True)  # "**a****b**" would not be two bold runs
        else:
            pieces.append((text, differs))
        differs_before = differs
    if not form:
        return ""
    return "".join(
        f"**{escape(text).replace(' ', '␣') or MISSING}**" if differs else escape(text)
        for text, differs in pieces
    )


def escape(text):
    """`text` as Markdown that shows it as it is."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", text)

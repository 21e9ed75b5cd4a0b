"""Predicted forms as files in the official format."""

from keras_vae_collapse.core.files import write_text
from keras_vae_collapse.tasks.reinflection.tab_separated import read_columns
from keras_vae_collapse.tasks.reinflection.unicode import forbidden_character


def write_predictions(path, examples, forms):
    """Writes predicted forms in the official format, atomically.

    A line has the columns of the input, then the form; the n-best list of an input is several
    lines, best first. An empty list is written as one empty form.

    Args:
        path: the file; an old one is replaced when the new one is complete.
        examples: a list of `Example`.
        forms: for each example a list of forms, best first.

    Raises:
        ValueError: the lists differ in length, or a form has a tab, a line break or another
            forbidden character in it.
    """
    lines = []
    for example, n_best in zip(examples, forms, strict=True):
        if isinstance(n_best, str):
            raise ValueError(f"`forms` must hold lists of forms. Received: {n_best!r}")
        given = (example.source_features, example.source, example.features)
        for form in n_best or [""]:
            columns = [column for column in given if column is not None] + [form]
            wrong = forbidden_character("".join(columns))
            if wrong:
                raise ValueError(f"cannot write {columns!r}: {wrong} is not allowed")
            lines.append("\t".join(columns) + "\n")
    write_text(path, "".join(lines))


def read_predictions(path):
    """Reads predictions in the official format: the columns of the task file, tab separated.

    The last column is the predicted form; lines that agree in all others are the n-best list
    of one input, best first. The form may be empty.

    Args:
        path: path of a UTF-8 file.

    Returns:
        A dictionary from the tuple of the other columns, `(source, features)` for tasks 1
        and 3 and `(source features, source, features)` for task 2, to the list of forms.

    Raises:
        ValueError: a line has the wrong number of columns, or is not UTF-8.
    """
    predictions = {}
    expected = "3 columns (4 for task 2), tab separated, the form last"
    with open(path, "rb") as file:
        for columns in read_columns(file, path, (3, 4), expected):
            predictions.setdefault(columns[:-1], []).append(columns[-1])
    return predictions

"""The formats of data files: what the columns are, how features are written, how to tell."""

import re
import typing


class Format(typing.NamedTuple):
    """One way to write examples.

    Attributes:
        title: what it is called on the console.
        columns: their names, in order.
        separator: of the features: `","` of `key=value`, `";"` of UniMorph tags.
        further: a last column that a file may have and that is not read.
    """

    title: str
    columns: tuple
    separator: str = ","
    further: tuple = ()

    def given(self, covered=False):
        """The names of the columns of a file, covered or not."""
        return tuple(c for c in self.columns if not (covered and c in ("target", "form")))

    def widths(self, covered=False):
        """How many columns a row may have."""
        count = len(self.given(covered))
        return (count,) if covered else (count, count + len(self.further))


FORMATS: dict = {
    1: Format("SIGMORPHON 2016", ("source", "features", "target")),
    2: Format("SIGMORPHON 2016 task 2", ("source_features", "source", "features", "target")),
    3: Format("SIGMORPHON 2016", ("source", "features", "target")),
    "unimorph": Format("UniMorph", ("lemma", "form", "features"), ";", ("segmentation",)),
    "sigmorphon2023": Format("SIGMORPHON 2023", ("lemma", "features", "form"), ";"),
}
_TOLD = (3, 2, "unimorph", "sigmorphon2023")  # a file of task 1 has the columns of task 3


def tell_format(rows, covered=False):
    """The format, a key of `FORMATS`, in which most rows have features where it has them.

    Args:
        rows: lists of the columns of some lines.
        covered: whether the form is missing.

    Returns:
        The key, or `None` where no column of any row looks like features.
    """
    scores = {key: sum(_score(FORMATS[key], row, covered) for row in rows) for key in _TOLD}
    best = max(scores, key=lambda key: scores[key])
    return best if scores[best] else None


def _score(form, row, covered):
    columns = form.given(covered)
    if covered and form.separator == ";":
        row = [field for field in row if field]
    if len(row) not in form.widths(covered):
        return 0
    looks = _like_tags if form.separator == ";" else _like_pairs
    return min(looks(row[i]) for i, name in enumerate(columns) if name.endswith("features"))


def _like_pairs(text):
    return 2 if re.match(r"[^=,]+=[^=,]", text) else 0


def _like_tags(text):
    if "=" in text or not re.match(r"\s*[A-Z0-9{*]", text):
        return 0
    # A word may be in capitals, but has no semicolons.
    return 2 if ";" in text else int(text == text.upper())

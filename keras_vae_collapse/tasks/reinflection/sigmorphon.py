"""Files of inflected words: SIGMORPHON 2016 to 2024, and UniMorph.

A file is UTF-8 text, perhaps packed with gzip or xz, one example a line, columns separated by one
tab. `formats.FORMATS` is this table:

| `task`             | columns                                 | covered (test files)  |
|--------------------|-----------------------------------------|-----------------------|
| 1                  | source (a lemma), features, target      | source, features      |
| 2                  | source features, source, features, target | the first three     |
| 3                  | source, features, target                | source, features      |
| `"unimorph"`       | lemma, form, tags such as `V;PST;3;SG`  | lemma, tags           |
| `"sigmorphon2023"` | lemma, tags, form                       | lemma, tags           |

SIGMORPHON 2017 to 2022 has UniMorph's columns; a fourth one, the segmentation, is not read.
Features of tasks 1 to 3 are as `features.check_features` says, tags as `features.check_tags`; both
stay as they are written.

Lines end with LF or CRLF, the last one perhaps with nothing; a byte order mark before the first
and empty lines after the last are read away. Files with tags may have empty lines anywhere, white
space around their fields, and rows with the form `-` or none, which are left out and counted.
There is no quoting: a quotation mark is a character like any other.

Unicode: words are kept and compared as published, code point by code point. Nothing is normalised
(NFC, NFD) or changed in case, so Turkish dotted and dotless i stay the four letters they are. A
`DataWarning` tells when one string occurs in several normal forms. Control characters and line
separators are refused, and so is white space at the ends of a field of tasks 1 to 3; inside a
word, spaces, joiners and direction marks are characters like any other.
"""

import itertools
import logging
import re
import warnings

from keras_vae_collapse.core.checks import check_choice
from keras_vae_collapse.tasks.data_errors import DataError, DataWarning, shortened, shown_path
from keras_vae_collapse.tasks.reinflection.example import Example
from keras_vae_collapse.tasks.reinflection.features import CHECKS
from keras_vae_collapse.tasks.reinflection.formats import FORMATS, tell_format
from keras_vae_collapse.tasks.reinflection.lines import (
    MAX_LINE_BYTES,
    READ_ERRORS,
    numbered_lines,
)
from keras_vae_collapse.tasks.reinflection.unicode import (
    forbidden_character,
    warn_mixed_normalization,
)

TASKS = tuple(FORMATS)
_TELLING_LINES = 1000
_NO_FORM = ("-", "–", "—", "")
_FIELDS = {"lemma": "source", "form": "target"}  # of an `Example`, for columns called otherwise


def read_examples(path, task=None, covered=False):
    """Reads the examples of one file.

    Args:
        path: the file.
        task: 1, 2, 3, `"unimorph"` or `"sigmorphon2023"`: the columns, see above. By default they
            are told from where the features are, and one line of the log says so.
        covered: whether the form is missing, as in covered test files.

    Returns:
        A list of `Example`, at least one.

    Raises:
        DataError: the file is missing, unreadable or empty; or a line is longer than 10,000
            bytes, is not UTF-8, has a wrong number of columns, an empty field, a forbidden
            character or a malformed feature. The first such line is named, the others counted.

    Example:

    ```python
    import pathlib, tempfile
    from keras_vae_collapse.tasks.reinflection import Example, read_examples

    path = pathlib.Path(tempfile.mkdtemp()) / "turkish-task3-dev"
    path.write_text("evler\\tpos=N,case=ABL,num=SG\\tevden\\n", encoding="utf-8")
    assert read_examples(path) == [Example("evler", "pos=N,case=ABL,num=SG", "evden")]
    ```
    """
    return read_file(path, task, covered)[0]


def read_file(path, task=None, covered=False):
    """As `read_examples`; returns `(examples, task)`."""
    if task is not None:
        check_choice("task", task, TASKS)
    name, told = shown_path(path), task is None
    try:
        lines = numbered_lines(path)
        head = list(itertools.islice(lines, _TELLING_LINES))
        rows = [raw.decode("utf-8", "replace").rstrip("\r\n").split("\t") for _, raw in head]
        looks = tell_format(rows, covered)
        task = looks if told else task
        if task is None and not covered and tell_format(rows, covered=True):
            raise DataError(f"{name} has words and features, but no forms")
        reader = _Reader(path, task, covered)
        for number, raw in itertools.chain(head, lines):
            reader.read(raw, number)
    except READ_ERRORS as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"cannot read {name}: {reason}") from error
    if reader.wrong:
        raise DataError(f"{name}, {reader.complaint()}")
    examples = reader.examples
    if not examples:
        raise DataError(f"{name} is empty: expected lines of {reader.expected}{reader.left_out()}")
    if told or reader.without_form or reader.trimmed:
        columns = ", ".join(reader.columns)
        title = FORMATS[task].title
        rows = f"{len(examples):,} row{'s' * (len(examples) > 1)}"
        logging.info("%s: read as %s: %s; %s%s", name, title, columns, rows, reader.left_out())
    if looks and FORMATS[looks].columns != FORMATS[task].columns:
        asked, other = (FORMATS[key] for key in (task, looks))
        warnings.warn(
            f"{name}: read as asked, with the columns {', '.join(asked.columns)}, but it looks "
            f"like {other.title}: {', '.join(other.columns)}",
            DataWarning,
            stacklevel=3,
        )
    if len(examples) > 1 and all(example == examples[0] for example in examples):
        warnings.warn(
            f"{name}: all {len(examples):,} lines are the same", DataWarning, stacklevel=3
        )
    warn_mixed_normalization(examples, name)
    return examples, task


class _Reader:
    """The examples of lines, and what is wrong with the others."""

    def __init__(self, path, task, covered):
        self._path, self._format, self._covered = str(path), FORMATS.get(task), covered
        self._tagged = self._format is not None and self._format.separator == ";"
        self.examples, self.without_form, self.trimmed, self._checked = [], 0, 0, set()
        self.wrong, self._kinds, self._first, self._empty = 0, set(), "", None
        if self._format is None:
            self.expected = "lemma<TAB>form<TAB>N;PL, or lemma<TAB>pos=N,num=PL<TAB>form"
            return
        self.columns = self._format.given(covered)
        self._widths = self._format.widths(covered)
        self.expected = f"{len(self.columns)}, tab separated: {', '.join(self.columns)}"

    def read(self, raw, number):
        """Takes the next line."""
        try:
            if len(raw.rstrip(b"\r\n")) > MAX_LINE_BYTES:
                raise ValueError(f"the line is longer than {MAX_LINE_BYTES:,} bytes")
            line = _decode(raw)
            if not line.strip(" "):
                self._empty = self._empty or number
                return
            if self._empty and self._format is not None and not self._tagged:
                empty, self._empty = self._empty, None
                self._refuse(f"the line is empty, expected {self.expected}", empty, b"")
            self._take(line.split("\t"), number)
        except ValueError as error:
            self._refuse(str(error), number, raw)

    def _take(self, fields, number):
        if self._format is None:
            raise ValueError(f"no column has features: expected lines such as {self.expected}")
        if self._tagged:
            given, fields = fields, [field.strip().strip("\ufeff").strip() for field in fields]
            self.trimmed += given != fields
            if self._covered and len(fields) > len(self.columns):
                fields = [field for field in fields if field]  # 2017 left the column empty
        if len(fields) not in self._widths:
            raise ValueError(f"{len(fields)} columns, expected {self.expected}")
        values = dict(zip(self.columns, fields, strict=False))
        no_form = self._tagged and values.get("form") in _NO_FORM
        if no_form and values["form"] != values["lemma"]:
            del values["form"]
        for name, field in values.items():
            _check_field(name, field)
            if name.endswith("features") and field not in self._checked:
                CHECKS[self._format.separator](field)
                self._checked.add(field)
        if self._tagged and not self._covered and "form" not in values:
            self.without_form += 1
            return
        values = {_FIELDS.get(name, name): field for name, field in values.items()}
        self.examples.append(Example(**{"target": None, **values}, path=self._path, line=number))

    def _refuse(self, message, number, raw):
        self.wrong += 1
        self._kinds.add(re.sub(r"'.*'|\d+", "", message))
        if self.wrong == 1:
            shown = shortened(raw.removesuffix(b"\n").decode("utf-8", "backslashreplace"))
            self._first = f"line {number}: {message}", shown

    def complaint(self):
        """What is wrong: the first line and the number of the others."""
        message, shown = self._first
        if self.wrong > 1:
            lines = "lines" if self.wrong > 2 else "line"
            alike = "like it" if len(self._kinds) == 1 else "that cannot be read"
            message += f"; and {self.wrong - 1:,} more {lines} {alike}"
        return f"{message}\n  {shown}"

    def left_out(self):
        """What was not taken as it is, for the end of a message."""
        counts = {"without form left out": self.without_form, "with white space cut": self.trimmed}
        return "".join(f", {count:,} {what}" for what, count in counts.items() if count)


def _decode(raw):
    # A CR before the end of the file, with no LF after it, is not a line end.
    raw = raw[:-2] if raw.endswith(b"\r\n") else raw.removesuffix(b"\n")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        byte, position = raw[error.start], error.start + 1
        raise ValueError(f"byte 0x{byte:02X} (number {position}) is not UTF-8") from None


def _check_field(name, field):
    wrong = forbidden_character(field)
    if wrong:
        raise ValueError(f"`{name}` has the forbidden character {wrong}")
    if not field:
        raise ValueError(f"`{name}` is empty")
    if field != field.strip():
        raise ValueError(f"`{name}` begins or ends with white space: {shortened(field)}")

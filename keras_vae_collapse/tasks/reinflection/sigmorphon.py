"""Files of inflected words: SIGMORPHON 2016 tasks 1 to 3, and UniMorph.

A file is UTF-8 text without byte order mark, one example a line, columns separated by one tab:

| `task`       | columns                                      | covered (test files)    |
|--------------|----------------------------------------------|-------------------------|
| 1            | lemma, features, form                        | lemma, features         |
| 2            | source features, source, features, form      | the first three         |
| 3            | source, features, form                       | source, features        |
| `"unimorph"` | lemma, form, tags such as `V;PST;3;SG`       | lemma, tags             |

Lines end with LF or CRLF, the last one perhaps with nothing. UniMorph files may have empty lines
between paradigms. There is no quoting: a quotation mark is a character like any other. Features
are as `features.check_features` says; UniMorph tags become `pos=V,tag=PST,tag=3,tag=SG`.

Unicode: words are kept and compared as published, code point by code point. Nothing is normalised
(NFC, NFD) or changed in case, so Turkish dotted and dotless i stay the four letters they are. A
`DataWarning` tells when one string occurs in several normal forms. Control characters, line
separators and the byte order mark U+FEFF are refused, and so is white space at the ends of a
field; inside a word, spaces, joiners and direction marks are characters like any other.
"""

from keras_vae_collapse.core.checks import check_choice
from keras_vae_collapse.tasks.reinflection.example import DataError, Example, shown_path
from keras_vae_collapse.tasks.reinflection.features import check_features, from_unimorph
from keras_vae_collapse.tasks.reinflection.unicode import (
    forbidden_character,
    shortened,
    warn_mixed_normalization,
)

MAX_LINE_BYTES = 10_000
TASKS = (1, 2, 3, "unimorph")

_COLUMNS = {
    1: ("source", "features", "target"),
    2: ("source_features", "source", "features", "target"),
    3: ("source", "features", "target"),
    "unimorph": ("source", "target", "features"),
}


def read_examples(path, task=3, covered=False):
    """Reads the examples of one file.

    Args:
        path: the file.
        task: 1, 2, 3 or `"unimorph"`: the columns, see above.
        covered: whether the form is missing, as in covered test files.

    Returns:
        A list of `Example`, at least one.

    Raises:
        DataError: the file is missing, unreadable or empty; or a line is longer than 10,000
            bytes, is not UTF-8, has a wrong number of columns, an empty field, a forbidden
            character or a malformed feature.

    Example:

    ```python
    import pathlib, tempfile
    from keras_vae_collapse.tasks.reinflection import Example, read_examples

    path = pathlib.Path(tempfile.mkdtemp()) / "turkish-task3-dev"
    path.write_text("evler\\tpos=N,case=ABL,num=SG\\tevden\\n", encoding="utf-8")
    assert read_examples(path) == [Example("evler", "pos=N,case=ABL,num=SG", "evden")]
    ```
    """
    check_choice("task", task, TASKS)
    columns = [name for name in _COLUMNS[task] if not (covered and name == "target")]
    try:
        with open(path, "rb") as file:
            # readline with a limit: a file that is one endless line must not fill the memory.
            lines = iter(lambda: file.readline(MAX_LINE_BYTES + 2), b"")
            numbered = enumerate(lines, start=1)
            examples = [_parse(line, columns, task, path, n) for n, line in numbered]
    except OSError as error:
        raise DataError(f"cannot read {shown_path(path)}: {error.strerror or error}") from error
    examples = [example for example in examples if example is not None]
    if not examples:
        raise DataError(f"{shown_path(path)} is empty: expected lines of {_described(columns)}")
    warn_mixed_normalization(examples, shown_path(path))
    return examples


def _parse(raw, columns, task, path, number):
    """The example of a line, `None` for an empty line of a UniMorph file."""
    try:
        if len(raw.rstrip(b"\r\n")) > MAX_LINE_BYTES:
            raise ValueError(f"the line is longer than {MAX_LINE_BYTES:,} bytes")
        line = _decode(raw)
        if not line and task == "unimorph":
            return None
        return _example(line, columns, task, path, number)
    except ValueError as error:
        shown = shortened(raw.removesuffix(b"\n").decode("utf-8", "backslashreplace"))
        raise DataError(f"{shown_path(path)}, line {number}: {error}\n  {shown}") from error


def _decode(raw):
    # A CR before the end of the file, with no LF after it, is not a line end.
    raw = raw[:-2] if raw.endswith(b"\r\n") else raw.removesuffix(b"\n")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        byte, position = raw[error.start], error.start + 1
        raise ValueError(f"byte 0x{byte:02X} (number {position}) is not UTF-8") from None


def _example(line, columns, task, path, number):
    fields = line.split("\t")
    if not line:
        raise ValueError(f"the line is empty, expected {_described(columns)}")
    if len(fields) != len(columns):
        raise ValueError(f"{len(fields)} columns, expected {_described(columns)}")
    values = dict(zip(columns, fields, strict=True))
    for name, field in values.items():
        wrong = forbidden_character(field)
        if wrong:
            raise ValueError(f"`{name}` has the forbidden character {wrong}")
        if not field:
            raise ValueError(f"`{name}` is empty")
        if field != field.strip():
            raise ValueError(f"`{name}` begins or ends with white space: {shortened(field)}")
    if task == "unimorph":
        values["features"] = from_unimorph(values["features"])
    for name in ("features", "source_features"):
        if name in values:
            check_features(values[name])
    values.setdefault("target", None)
    return Example(**values, path=str(path), line=number)


def _described(columns):
    return f"{len(columns)}, tab separated: {', '.join(columns)}"

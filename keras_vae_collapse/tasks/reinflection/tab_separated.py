"""The columns of lines of bytes."""


def read_columns(lines, name, counts, expected):
    """Yields the columns of each line, a tuple of strings.

    Args:
        lines: lines of bytes, such as a file opened with `"rb"`.
        name: what the file is called, for messages.
        counts: how many columns a line may have.
        expected: the same in words, for messages.

    Raises:
        ValueError: a line is not UTF-8 or has another number of columns; names file, line and
            value.
    """
    for number, raw in enumerate(lines, start=1):
        try:
            line = raw.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise ValueError(f"{name}, line {number}: not UTF-8: {raw[:80]!r}") from error
        columns = tuple(line.split("\t"))
        if len(columns) not in counts:
            raise ValueError(
                f"{name}, line {number}: expected {expected}, "
                f"received {len(columns)} column(s): {line[:80]!r}"
            )
        yield columns

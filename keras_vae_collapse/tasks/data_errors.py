"""What the readers of data files raise and warn of, and how they show what they read."""


class DataError(ValueError):
    """Data that cannot be used; the message names file, line, the line and what is wrong."""


class DataWarning(UserWarning):
    """Data that can be used but deserves a look."""


def shown_path(path):
    """A path that can be printed whatever bytes it has."""
    path = str(path)
    return path if path.isprintable() else ascii(path)


def shortened(text, length=80):
    """The `repr` of a text, cut to about `length` characters."""
    return repr(text) if len(text) <= length else repr(text[:length]) + "..."

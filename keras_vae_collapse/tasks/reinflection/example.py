"""One pair of forms, and the error about data."""

import dataclasses


class DataError(ValueError):
    """Data that cannot be used; the message names file, line, the line and what is wrong."""


@dataclasses.dataclass(frozen=True)
class Example:
    """A source form, the features of the form that is wanted, and that form.

    `target` is `None` where it is covered; `source_features` are given in task 2 only. `path` and
    `line` tell where the example was read and do not count when examples are compared.
    """

    source: str
    features: str
    target: str | None
    source_features: str | None = None
    path: str | None = dataclasses.field(default=None, compare=False)
    line: int | None = dataclasses.field(default=None, compare=False)

    @property
    def words(self):
        """The words of the example: source and, unless it is covered, target."""
        return (self.source,) if self.target is None else (self.source, self.target)

    @property
    def place(self):
        """Where the example was read, for messages."""
        if self.path is None:
            return f"example {self.source!r} + {self.features!r}"
        return f"{shown_path(self.path)}, line {self.line}"


def shown_path(path):
    """A path that can be printed whatever bytes it has."""
    path = str(path)
    return path if path.isprintable() else ascii(path)

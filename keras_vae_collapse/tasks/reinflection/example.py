"""One pair of forms."""

import dataclasses

from keras_vae_collapse.tasks.data_errors import shown_path


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

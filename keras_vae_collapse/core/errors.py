"""Errors that several rooms raise."""


class RunError(RuntimeError):
    """A run directory cannot be used as asked; the message says why and what to do."""


class RecipeError(ValueError):
    """An unknown recipe, part or setting; the message says what is allowed."""


def did_you_mean(name, known):
    """`" Did you mean 'x'?"` for the known name that is nearest to `name`, or nothing."""
    import difflib  # here, since a command should hear Ctrl-C before it imports much

    near = difflib.get_close_matches(str(name), list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""

"""Errors that several rooms raise."""


class RunError(RuntimeError):
    """A run directory cannot be used as asked; the message says why and what to do."""

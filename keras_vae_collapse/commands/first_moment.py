"""Ctrl-C in the first moment of a command, while it is being imported."""

import os
import signal


class OneLine:
    """Meanwhile Ctrl-C ends the process in one line, and in no traceback of an import.

    A signal that the process ignores, or handles in its own way, stays as it is.

    Args:
        command: the name of the command, for the line.
    """

    def __init__(self, command):
        self._command = command

    def __enter__(self):
        self._before = signal.getsignal(signal.SIGINT)
        if self._before is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._end)

    def __exit__(self, *_):
        if self._before is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._before)

    def _end(self, number, _):
        os.write(2, f"{self._command}: interrupted\n".encode())
        os._exit(128 + number)

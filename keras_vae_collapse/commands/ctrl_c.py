"""Ctrl-C and SIGTERM end a command at once and in one line, whatever it is doing."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable

from keras_vae_collapse.core.noted_signals import noted

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def end_in_one_line(message: Callable[[], str], may_finish: Callable[[], bool]) -> None:
    """From now on a signal ends this process: one line on stderr, status 130 (SIGTERM: 143).

    Python runs its handlers between two of its own instructions, and TensorFlow computes, or is
    imported, for many seconds within one. So a thread of its own is told by the system. It ends
    the process as a kill does: all files are written so that this is safe.

    A handler that takes the place of ours (see `callbacks.Interrupts`) has the first signal for
    itself as long as there is something to finish; the second ends the process. One that
    gives the signal back before it has done its work appends to `noted_signals`.

    A signal that the process ignores stays ignored. Outside the main thread nothing happens.

    Args:
        message: returns the line; asked when it is needed.
        may_finish: returns whether another handler may have the first signal.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    numbers = [n for n in _SIGNALS if signal.getsignal(n) is not signal.SIG_IGN]
    ending, seen = threading.Lock(), list[int]()

    def end(number, _=None):
        if not ending.acquire(blocking=False):
            return
        flush = threading.Thread(target=_flush, daemon=True)
        flush.start()
        flush.join(0.5)  # whoever holds the stream may never let it go
        os.write(2, (message() + "\n").encode("utf-8", "backslashreplace"))
        os._exit(128 + number)

    def watch(reader):
        while data := os.read(reader, 1):
            number = data[0]
            if number not in numbers:
                continue
            handled = noted or signal.getsignal(number) is not end
            if seen or not handled or not may_finish():
                end(number)
            seen.append(number)

    for number in numbers:
        signal.signal(number, end)
    if os.name == "posix":
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        threading.Thread(target=watch, args=(reader,), daemon=True).start()
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)


def _flush():
    with contextlib.suppress(Exception):
        sys.stdout.flush()

"""Signals that a handler has noted, to act on them in its own time.

Who watches for signals from another thread may look when that handler is gone again.
"""

noted: list[int] = []

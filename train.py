"""Trains a recipe, the same as `kvc-train`; see `python train.py --help`."""

import os
import signal
import sys


def _interrupted(number, _):
    """Ctrl-C before the command has been imported and takes it over."""
    os.write(2, b"kvc-train: interrupted before training\n")
    os._exit(128 + number)


if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)
    from zoo.train import main

    sys.exit(main())

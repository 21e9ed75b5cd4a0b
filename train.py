"""Trains a recipe, the same as `kvc-train`; see `python train.py --help`."""

import sys

from zoo.train import main

if __name__ == "__main__":
    sys.exit(main())

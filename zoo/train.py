"""`kvc-train`: the training command with the recipes of the zoo."""

import os
import sys

import zoo
from keras_vae_collapse.commands import train


def main(argv=None):
    """Runs the command; returns its exit code, or a message for `sys.exit`."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    return train.main(zoo, argv)


if __name__ == "__main__":
    sys.exit(main())

"""`kvc-train`: the training command with the recipes of the zoo."""

import sys

import zoo
from keras_vae_collapse.commands import train
from keras_vae_collapse.core.console import run_command


def main(argv=None):
    """Runs the command; returns its exit code, or a message for `sys.exit`."""
    return run_command("kvc-train", lambda: train.main(zoo, argv))


if __name__ == "__main__":
    sys.exit(main())

"""`python -m keras_vae_collapse.evaluate`: the same as `kvc-evaluate`."""

import sys

from keras_vae_collapse.commands.scripts import evaluate

if __name__ == "__main__":
    sys.exit(evaluate())

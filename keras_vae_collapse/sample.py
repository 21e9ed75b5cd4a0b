"""`python -m keras_vae_collapse.sample`: the same as `kvc-sample`."""

import sys

from keras_vae_collapse.commands.scripts import sample

if __name__ == "__main__":
    sys.exit(sample())

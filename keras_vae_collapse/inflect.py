"""`python -m keras_vae_collapse.inflect`: the same as `kvc-inflect`."""

import sys

from keras_vae_collapse.commands.scripts import inflect

if __name__ == "__main__":
    sys.exit(inflect())

"""`python -m keras_vae_collapse.inflect`: the same as `kvc-inflect`."""

import sys

from keras_vae_collapse.commands.inflect import main

if __name__ == "__main__":
    sys.exit(main())

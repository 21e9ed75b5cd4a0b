"""`python -m keras_vae_collapse.sample`: the same as `kvc-sample`."""

import sys

from keras_vae_collapse.commands.sample import main

if __name__ == "__main__":
    sys.exit(main())

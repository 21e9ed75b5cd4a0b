"""`python -m keras_vae_collapse.diagnose`: the same as `kvc-diagnose`."""

import sys

from keras_vae_collapse.commands.scripts import diagnose

if __name__ == "__main__":
    sys.exit(diagnose())

"""`python -m keras_vae_collapse.projector`: the same as `kvc-project`."""

import sys

from keras_vae_collapse.commands.scripts import project

if __name__ == "__main__":
    sys.exit(project())

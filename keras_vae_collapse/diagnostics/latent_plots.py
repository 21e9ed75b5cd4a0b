"""`python -m keras_vae_collapse.diagnostics.latent_plots`: pictures of latent spaces."""

import sys

if __name__ == "__main__":
    from keras_vae_collapse.commands.latent_plots import main

    sys.exit(main())

"""`python -m keras_vae_collapse.data.turkish_demo`: writes the embedded data set to files."""

import sys

if __name__ == "__main__":
    from keras_vae_collapse.tasks.reinflection.turkish_demo.demo import main

    sys.exit(main())

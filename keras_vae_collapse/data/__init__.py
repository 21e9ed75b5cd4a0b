"""Where commands of version 0.1 stand: `python -m keras_vae_collapse.data.turkish_demo`."""

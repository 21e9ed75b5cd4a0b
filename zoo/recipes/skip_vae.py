from keras_vae_collapse.training import Recipe

# `GRUDecoder` sees z in its first state and at every step; this joins z to its states as well.
RECIPE = Recipe(
    name="skip_vae",
    paper="Dieng et al. 2018, arXiv:1807.04863",
    summary="z enters every layer of the decoder",
    latent_skip={"class": "LatentSkip"},
)

from keras_vae_collapse.training import Recipe

# Half of the units: the strongest noise that leaves the mean signal of the same size as the noise.
RECIPE = Recipe(
    name="embedding_dropout",
    paper="Gal & Ghahramani 2016, arXiv:1512.05287",
    summary="units of the history's embedding are dropped",
    embedding_dropout={"class": "EmbeddingDropout", "rate": 0.5},
)

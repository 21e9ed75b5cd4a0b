from keras_vae_collapse.training import Recipe

# 0.625 committed nats in each of 64 dimensions are 40 nats a word, the target of `mdr`.
RECIPE = Recipe(
    name="delta_vae",
    paper="Razavi et al. 2019, arXiv:1901.03416",
    summary="the posterior family cannot come closer to the prior",
    latent={"class": "DeltaGaussianLatent", "delta_nats": 40.0},
)

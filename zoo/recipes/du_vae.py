from keras_vae_collapse.training import Recipe

# The scale of `bn_vae`, so that the bound is the 40 nats of `mdr`.
RECIPE = Recipe(
    name="du_vae",
    paper="Shen et al. 2021, arXiv:2110.12381",
    summary="batch normalisation with trained scales of the means, variances with a floor",
    latent={
        "class": "DUGaussianLatent",
        "gamma": 1.12,
        "delta": 1.0,
        "variance_dropout": 0.2,
    },
)

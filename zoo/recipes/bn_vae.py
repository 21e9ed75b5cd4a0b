from keras_vae_collapse.training import Recipe

# The bound is latent_dim * gamma^2 / 2 = 64 * 1.12^2 / 2 = 40 nats, the target of `mdr`.
RECIPE = Recipe(
    name="bn_vae",
    paper="Zhu et al. 2020, arXiv:2004.12585",
    summary="batch normalisation of the posterior means bounds the rate from below",
    latent={"class": "BatchNormGaussianLatent", "gamma": 1.12},
)

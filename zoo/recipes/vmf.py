from keras_vae_collapse.training import Recipe

# 190 in 64 dimensions is a rate of 40.1 nats, the target of `mdr`.
RECIPE = Recipe(
    name="vmf",
    paper="Xu & Durrett 2018, arXiv:1808.10805; Davidson et al. 2018, arXiv:1804.00891",
    summary="posteriors on a sphere, all of the same rate",
    latent={"class": "VonMisesFisherLatent", "concentration": 190.0},
)

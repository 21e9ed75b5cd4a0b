from keras_vae_collapse.training import Recipe

# Pseudo-inputs of 10 symbols, the mean length of an example of both demos; 64 of them double the
# work of the encoder. Embeddings begin at +-0.05.
RECIPE = Recipe(
    name="vamp_prior",
    paper="Tomczak & Welling 2018, arXiv:1705.07120",
    summary="the prior is a mixture of the posteriors of learned pseudo-inputs",
    latent={
        "class": "GaussianLatent",
        "prior": {"class": "VampPrior", "components": 64, "length": 10, "initial_spread": 0.05},
    },
)

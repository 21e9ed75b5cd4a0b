from keras_vae_collapse.training import Recipe

# The MMD-VAE of the paper has no rate (alpha = 0). Noise is then of no use, and posteriors begin
# narrow. From a scale of 1 the rate is 5 nats after ten epochs of the demo sentences, not 26.
RECIPE = Recipe(
    name="mmd",
    paper="Zhao et al. 2017, arXiv:1706.02262; Tolstikhin et al. 2018, arXiv:1711.01558",
    summary="the mixture of all posteriors is held near the prior, in place of each of them",
    latent={"class": "GaussianLatent", "initial_scale": 0.1},
    rate_term={"class": "MaximumMeanDiscrepancy", "weight": 100.0},
)

from keras_vae_collapse.training import Recipe

# The paper's tolerance of 5%; steps of 1% rather than 10%, since here the weight moves after every
# batch and larger steps swing about the target.
RECIPE = Recipe(
    name="soft_free_bits",
    paper="Chen et al. 2016, arXiv:1611.02731, appendix C",
    summary="KL weight adapts until the rate is at its target",
    rate_term={"class": "SoftFreeBitsKL", "rate_nats": 40.0, "tolerance": 0.05, "step": 0.01},
)

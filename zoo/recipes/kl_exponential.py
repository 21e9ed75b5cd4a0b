from keras_vae_collapse.training import Recipe

# Two thirds of the threshold are reached after 1 / rate = 2,000 steps, 10 epochs of 12,800 words.
RECIPE = Recipe(
    name="kl_exponential",
    paper="Bowman et al. 2015, arXiv:1511.06349",
    summary="KL weight rises exponentially to a threshold",
    rate_term={
        "class": "KLDivergence",
        "weight": {"class": "ExponentialAnnealing", "rate": 5e-4, "threshold": 0.5},
    },
)

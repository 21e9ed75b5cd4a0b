from keras_vae_collapse.training import Recipe

# The weight reaches its threshold after 4,000 steps, 20 epochs of 12,800 words: late enough for
# the decoder to have learnt to ask z. The threshold below 1 keeps the pressure from undoing that.
RECIPE = Recipe(
    name="kl_linear",
    paper="Bowman et al. 2015, arXiv:1511.06349",
    summary="KL weight rises linearly to a threshold",
    rate_term={
        "class": "KLDivergence",
        "weight": {"class": "LinearAnnealing", "rate": 1.25e-4, "threshold": 0.5},
    },
)

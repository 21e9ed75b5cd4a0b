from keras_vae_collapse.training import Recipe

# The authors' four cycles, each rising over its first half; 3,000 steps are 15 epochs of 12,800
# words, so the cycles fill a training of 60 epochs.
RECIPE = Recipe(
    name="kl_cyclical",
    paper="Fu et al. 2019, arXiv:1903.10145",
    summary="KL weight rises again and again",
    rate_term={
        "class": "KLDivergence",
        "weight": {
            "class": "CyclicalAnnealing",
            "cycle_steps": 3000,
            "cycles": 4,
            "ratio": 0.5,
            "threshold": 0.5,
        },
    },
)

from keras_vae_collapse.training import Recipe

# Half the threshold at 3,000 steps (15 epochs of 12,800 words), most of the rise in 2,000 steps.
RECIPE = Recipe(
    name="kl_logistic",
    paper="Bowman et al. 2015, arXiv:1511.06349",
    summary="KL weight rises along a logistic curve",
    rate_term={
        "class": "KLDivergence",
        "weight": {
            "class": "LogisticAnnealing",
            "rate": 2.5e-3,
            "midpoint": 3000,
            "threshold": 0.5,
        },
    },
)

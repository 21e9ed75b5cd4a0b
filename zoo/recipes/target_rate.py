from keras_vae_collapse.training import Recipe

# Weight 1 suffices: at 40 nats a word a nat of rate saves less than a nat of distortion.
RECIPE = Recipe(
    name="target_rate",
    paper="Burgess et al. 2018, arXiv:1804.03599",
    summary="the distance of the rate from its target is a loss",
    rate_term={"class": "TargetRate", "rate_nats": 40.0, "weight": 1.0},
)

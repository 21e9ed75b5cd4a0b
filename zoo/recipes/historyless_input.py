from keras_vae_collapse.training import Recipe

# Form 1 of historyless decoding: input dropout of rate 1, in training and when decoding.
RECIPE = Recipe(
    name="historyless_input",
    paper="Semeniuta et al. 2017, arXiv:1702.02390",
    summary="autoregressive decoder that never sees the history",
    history_dropout={"class": "CharDropout", "rate": 1.0},
)

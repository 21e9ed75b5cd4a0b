from keras_vae_collapse.training import Recipe

# The article's combination: `char_dropout` and `mdr`, with their values.
RECIPE = Recipe(
    name="char_dropout_mdr",
    paper="Posterior collapse and the strong generator problem",
    summary="characters of the history are hidden and the rate is held",
    history_dropout={"class": "CharDropout", "rate": 0.6},
    rate_term={"class": "MDRConstraint", "rate_nats": 40.0, "initial_multiplier": 0.8},
)

from keras_vae_collapse.training import Recipe

# Starts at 20% of the characters and 4 characters on average hide a character in the middle of a
# word with probability 0.57, close to the 0.6 of `char_dropout`.
RECIPE = Recipe(
    name="contiguous_dropout",
    paper="Posterior collapse and the strong generator problem, section 4.2",
    summary="stretches of the history are hidden",
    history_dropout={"class": "ContiguousDropout", "rate": 0.2, "mean_length": 4.0},
)

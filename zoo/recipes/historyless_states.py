from keras_vae_collapse.training import Recipe

# Form 2 of historyless decoding, with forward and backward states as in the article.
RECIPE = Recipe(
    name="historyless_states",
    paper="Posterior collapse and the strong generator problem, section 5",
    summary="every character from its own decoder state",
    decoder={"class": "HistorylessGRUDecoder", "bidirectional": True},
)

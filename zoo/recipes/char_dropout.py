from keras_vae_collapse.training import Recipe

# Bowman et al. find the latent in use from about 40% of the words kept.
RECIPE = Recipe(
    name="char_dropout",
    paper="Bowman et al. 2015, arXiv:1511.06349; Iyyer et al. 2015",
    summary="characters of the history are hidden",
    history_dropout={"class": "CharDropout", "rate": 0.6},
)

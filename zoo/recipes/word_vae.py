from keras_vae_collapse.training import Recipe

# The rate that `mdr` holds; a form of the file is source and target in one.
RECIPE = Recipe(
    name="word_vae",
    paper="Posterior collapse and the strong generator problem, the unsupervised case; "
    "Pelsmaeker & Aziz 2019, arXiv:1904.08194",
    summary="words without labels alone: a character autoencoder",
    rate_term={"class": "MDRConstraint", "rate_nats": 40.0, "initial_multiplier": 0.8},
    unlabeled={"class": "WordsAlone"},
)

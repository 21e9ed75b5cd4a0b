from keras_vae_collapse.training import Recipe

# Bernoulli presence, the plainest of the three forms; weight 1: a likelihood like any other.
RECIPE = Recipe(
    name="bag_of_chars",
    paper="Kamoi & Fukutomi 2018; Pagliardini et al. 2017, arXiv:1703.02507",
    summary="z must also predict which characters the source has",
    bag_of_chars={"class": "BagOfCharsHead", "distribution": "bernoulli", "weight": 1.0},
)

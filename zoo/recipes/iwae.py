from keras_vae_collapse.training import Recipe

# The fewest samples of the paper: the decoder takes that many times as long.
RECIPE = Recipe(
    name="iwae",
    paper="Burda et al. 2015, arXiv:1509.00519; Tucker et al. 2018, arXiv:1810.04152",
    summary="the bound of several weighted samples, with the doubly reparameterised gradient",
    rate_term={"class": "ImportanceWeightedBound", "num_samples": 5},
)

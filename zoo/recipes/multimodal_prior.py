from keras_vae_collapse.training import Recipe

# The authors' bag-of-characters model with a prior of several modes in place of the normal one. Ten
# components: words of one language fall into few groups, and each costs 129 weights.
RECIPE = Recipe(
    name="multimodal_prior",
    paper="Kamoi & Fukutomi 2018",
    summary="z must predict the characters of the source, under a prior of several modes",
    latent={"class": "GaussianLatent", "prior": {"class": "MixturePrior", "components": 10}},
    bag_of_chars={"class": "BagOfCharsHead", "distribution": "multinomial", "weight": 1.0},
)

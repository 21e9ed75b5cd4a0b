from keras_vae_collapse.training import Recipe

# Words that nobody has labelled are autoencoded with guessed features, one for each labelled pair
# of a batch. They teach the model to carry stems, and to copy endings, too: on 1,000 Turkish pairs
# (1,500 steps) a third of the wrong stems are left at weights of a half and more, while wrong
# endings grow with the weight, from 356 words to 465 and 676 of 1,600; a tenth costs least. At a
# full KL the guesses fall back to the frequencies of the features. The weight grows late, when
# the decoder can tell a wrong guess. Epochs have a number of steps, so that runs with more or
# fewer labels train equally long.
UNLABELED = {
    "class": "LatentFeatures",
    "ratio": 1.0,
    "weight": {"class": "LogisticAnnealing", "rate": 0.01, "midpoint": 1000, "threshold": 0.1},
    "classifier_weight": 2.0,
    "attribute_weight": 0.1,
    "marked": True,
    "unseen": "unknown",
    "relaxation": {
        "class": "CategoricalAttributes",
        "temperature": {"class": "ExponentialCooling", "rate": 3e-4},
    },
}
RECIPE = Recipe(
    name="msved",
    paper="Zhou & Neubig 2017, arXiv:1704.01691; Kingma et al. 2014, arXiv:1406.5298; "
    "Maddison et al. 2017, arXiv:1611.00712",
    summary="words without labels are learnt from, too: their features are a latent",
    rate_term={"class": "ControlVAEKL", "rate_nats": 120.0},
    hidden_units=192,
    latent_dim=128,
    slots=16,
    dropout=0.3,
    decoder={"class": "AlignedGRUDecoder"},
    unlabeled=UNLABELED,
    epochs=20,
    epoch_steps=500,
)

from keras_vae_collapse.training import Recipe

# z as 24 slots of 8 dimensions, a slot a letter, read in their order by the decoder as it writes.
# What is then still wrong wants to know which words the language has: a teacher's forms of all
# training words become sources, too, and the model goes on from the teacher's weights. A second
# round and the mean of both models mend a quarter of the errors left (Turkish, added files).
RECIPE = Recipe(
    name="best",
    paper="Shao et al. 2020, arXiv:2004.05988; Sennrich et al. 2016, arXiv:1511.06709; "
    "Wortsman et al. 2022, arXiv:2109.01903",
    summary="a PI controller sets the KL weight; z by slots; further sources by back-translation",
    rate_term={"class": "ControlVAEKL", "rate_nats": 160.0},
    hidden_units=256,
    latent_dim=192,
    slots=24,
    dropout=0.3,
    decoder={"class": "AlignedGRUDecoder"},
    augmentation={"class": "ParadigmPairs"},
    rounds={
        "teachers": 2,
        "teacher_epochs": 2,
        "student_learning_rate": 1.5e-3,
        "examples": {"class": "BackTranslation", "labels": 15},
    },
    epochs=6,
    epoch_steps=2000,
)

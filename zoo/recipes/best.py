from zoo.recipe import Recipe

# z as 24 slots of 8 dimensions, a slot a letter. At that rate the training words are soon known by
# heart: dropout, few epochs. What is then still wrong wants to know which words the language
# has, so a teacher's forms of all training words become sources, too.
RECIPE = Recipe(
    name="best",
    paper="Shao et al. 2020, arXiv:2004.05988; Sennrich et al. 2016, arXiv:1511.06709",
    summary="a PI controller sets the KL weight; z by slots; further sources by back-translation",
    rate_term="ControlVAEKL",
    rate_options={"rate_nats": 160.0},
    hidden_units=256,
    latent_dim=192,
    slots=24,
    dropout=0.3,
    augmentation="paradigm_pairs",
    back_translations=10,
    teacher_epochs=3,
    epochs=6,
    epoch_steps=2000,
)

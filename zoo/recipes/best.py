from zoo.recipe import Recipe

# z as 24 slots of 8 dimensions, a slot a letter. At that rate the decoder soon knows the training
# words by heart: much dropout. Swapped prefixes, invented words, cost what it knows of real ones.
RECIPE = Recipe(
    name="best",
    paper="Shao et al. 2020, arXiv:2004.05988",
    summary="a PI controller sets the KL weight; z is written and read slot by slot",
    rate_term="ControlVAEKL",
    rate_options={"rate_nats": 120.0},
    latent_dim=192,
    slots=24,
    dropout=0.5,
    augmentation="paradigm_pairs",
    epochs=30,
)

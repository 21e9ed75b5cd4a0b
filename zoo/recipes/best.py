from zoo.recipe import Recipe

# z as 24 slots of 8 dimensions, a slot a letter. At that rate the training words are soon known by
# heart: much dropout, few epochs. Swapped prefixes (invented words) cost what is known of real.
RECIPE = Recipe(
    name="best",
    paper="Shao et al. 2020, arXiv:2004.05988",
    summary="a PI controller sets the KL weight; z is written and read slot by slot",
    rate_term="ControlVAEKL",
    rate_options={"rate_nats": 160.0},
    latent_dim=192,
    slots=24,
    dropout=0.4,
    augmentation="paradigm_pairs",
    epochs=10,
)

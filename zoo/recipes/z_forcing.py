from keras_vae_collapse.training import Recipe

# A small weight, as in the paper: the cost sums over all units of all states.
RECIPE = Recipe(
    name="z_forcing",
    paper="Goyal et al. 2017, arXiv:1711.05411",
    summary="z must also predict the states of a backward decoder",
    auxiliary_state_cost={"class": "AuxiliaryStateCost", "weight": 0.005},
)

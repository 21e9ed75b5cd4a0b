from keras_vae_collapse.training import Recipe

# The paper's gains; the target of `mdr`.
RECIPE = Recipe(
    name="control_vae",
    paper="Shao et al. 2020, arXiv:2004.05988",
    summary="a PI controller sets the KL weight",
    rate_term={"class": "ControlVAEKL", "rate_nats": 40.0},
)

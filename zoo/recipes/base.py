from keras_vae_collapse.training import Recipe

RECIPE = Recipe(
    name="base",
    paper="Kingma & Welling 2014, arXiv:1312.6114; Bowman et al. 2015, arXiv:1511.06349",
    summary="plain KL, the model that collapses",
)

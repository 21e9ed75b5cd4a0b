"""Parts of a recipe, as configurations."""

from keras_vae_collapse.core.parts import complete_part


def test_shared_arguments_reach_the_parts_within_a_part():
    config = {"class": "GaussianLatent", "prior": {"class": "MixturePrior", "components": 2}}
    complete = complete_part("latent", config, ("layers",), {"latent_dim": 3})
    assert complete["latent_dim"] == complete["prior"]["latent_dim"] == 3

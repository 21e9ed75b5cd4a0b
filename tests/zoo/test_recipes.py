"""What the comments beside the values of recipes say, computed."""

import pytest

import zoo
from keras_vae_collapse.core.parts import make_part


@pytest.mark.parametrize("name", ["bn_vae", "du_vae", "delta_vae"])
def test_the_bound_on_the_rate_is_the_target_of_mdr(name):
    recipe = zoo.recipe(name)
    latent = make_part("latent", recipe.latent, ("layers",), {"latent_dim": recipe.latent_dim})
    target = zoo.recipe("mdr").rate_term["rate_nats"]
    # The factors of the batch normalisations have two digits after the point.
    assert latent.committed_rate_nats == pytest.approx(target, abs=0.2)


@pytest.mark.parametrize(("name", "threshold"), [("kl_linear", 0.5), ("aggressive_encoder", 1.0)])
def test_the_weight_of_the_rate_ends_its_rise_after_4000_steps(name, threshold):
    weight = make_part("weight", zoo.recipe(name).rate_term["weight"], ("schedules",))
    assert float(weight(2000)) == pytest.approx(threshold / 2)
    assert float(weight(4000)) == pytest.approx(threshold) == float(weight(10**6))


def test_the_bound_of_iwae_has_the_fewest_samples_of_the_paper():
    assert zoo.recipe("iwae").rate_term["num_samples"] == 5  # Burda et al. 2015: 5 and 50


@pytest.mark.parametrize("name", ["msved", "msved_hardkuma"])
def test_words_with_characters_that_no_label_has_are_learnt_from(name):
    assert zoo.recipe(name).unlabeled["unseen"] == "unknown"

"""How a recipe trains its encoder, where that differs from its decoder."""

from keras_vae_collapse.core.parts import make_part


def make_encoder_training(recipe, model):
    """The callback of `recipe.encoder_training` for a model, or `None`.

    Raises:
        RecipeError: there is none of this name, or it does not take the recipe's options.
    """
    config = recipe.encoder_training
    fixed = {"encoder": [model.encoder, model.latent]}
    if config is not None and config.get("class") == "EncoderPretraining":
        fixed.update(model=model, rate_term=model.latent.rate_term)
    return make_part("encoder_training", config, ("callbacks",), **fixed)

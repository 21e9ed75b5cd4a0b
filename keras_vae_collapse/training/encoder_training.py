"""How a recipe trains its encoder, where that differs from its decoder."""

from keras_vae_collapse import callbacks
from keras_vae_collapse.core.checks import check_choice


def _aggressive(model, options):
    return callbacks.AggressiveEncoder([model.encoder, model.latent], **options)


def _pretraining(model, options):
    encoder = [model.encoder, model.latent]
    return callbacks.EncoderPretraining(model, encoder, model.latent.rate_term, **options)


ENCODER_TRAINING = {"": None, "AggressiveEncoder": _aggressive, "EncoderPretraining": _pretraining}


def make_encoder_training(recipe, model):
    """The callback of `recipe.encoder_training` for a model, or `None`.

    Raises:
        ValueError: there is none of this name, or it does not take the recipe's options.
    """
    name, options = recipe.encoder_training, recipe.encoder_training_options
    make = ENCODER_TRAINING[check_choice("encoder_training", name, tuple(ENCODER_TRAINING))]
    if make is None:
        return None
    try:
        return make(model, options)
    except TypeError as error:
        raise ValueError(
            f"`encoder_training={name}` does not take these options: {error}"
        ) from error

"""Whether a recipe can be built, told without TensorFlow and before anything is written."""

from keras_vae_collapse.core import checks
from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.core.part_check import check_part
from keras_vae_collapse.core.registration import CLASSES
from keras_vae_collapse.training.recipe import Recipe
from keras_vae_collapse.training.rounds import check_members

_SCHEDULES = ("schedules", {name: name for name in CLASSES["schedules"]})


def _layers(*names):
    return "layers", {name: name for name in names}


# Which classes serve as what.
ROLES = {
    "encoder": _layers("GRUEncoder", "LSTMEncoder", "TransformerEncoder"),
    "latent": _layers(
        "GaussianLatent",
        "BatchNormGaussianLatent",
        "DeltaGaussianLatent",
        "DUGaussianLatent",
        "VonMisesFisherLatent",
    ),
    "latent.prior": _layers("MixturePrior", "VampPrior"),
    "rate_term": ("losses", {name: name for name in CLASSES["losses"]}),
    "rate_term.weight": _SCHEDULES,
    "rate_term.rate_nats": _SCHEDULES,
    "decoder": _layers(
        "GRUDecoder",
        "AlignedGRUDecoder",
        "HistorylessGRUDecoder",
        "LSTMDecoder",
        "TransformerDecoder",
    ),
    "history_dropout": _layers("CharDropout", "ContiguousDropout"),
    "embedding_dropout": _layers("EmbeddingDropout"),
    "bag_of_chars": _layers("BagOfCharsHead"),
    "auxiliary_state_cost": _layers("AuxiliaryStateCost"),
    "latent_skip": _layers("LatentSkip"),
    "encoder_training": (
        "callbacks",
        {name: name for name in ("AggressiveEncoder", "EncoderPretraining")},
    ),
}
_NEEDED = ("encoder", "latent", "rate_term", "decoder")
# What the model gives its parts, so that a recipe cannot.
_FIXED = {
    "latent": ("rate_term",),
    "encoder_training": ("model", "encoder", "rate_term"),
}
# What the task decides; any value that passes does here.
_OF_THE_TASK = {"vocabulary_size": 2, "unk_id": 1, "keep_ids": (0,)}
_SHARED = {"units": "hidden_units", "slot_dim": "embedding_dim"}
_SHARED |= {name: name for name in ("embedding_dim", "latent_dim", "dropout")}
_SHARED |= {name: name for name in ("slots", "slot_spacing")}


def check_recipe(recipe: Recipe) -> None:
    """Makes sure that a model can be built of a recipe, as far as that can be told in a moment.

    Raises:
        RecipeError: a value is impossible; the message names the field.
    """
    try:
        _check_fields(recipe)
    except ValueError as error:
        raise RecipeError(str(error)) from error
    for field in ROLES:
        if "." in field or (getattr(recipe, field) is None and field not in _NEEDED):
            continue
        shared = {name: (place, getattr(recipe, place)) for name, place in _SHARED.items()}
        shared |= {name: (name, value) for name, value in _OF_THE_TASK.items()}
        if field == "latent":
            shared["slots"] = ("slots", recipe.slots or 1)
        check_part(field, getattr(recipe, field), ROLES, shared, _FIXED.get(field, ()))
    if recipe.rounds is not None:
        check_members(recipe)


def _check_fields(recipe):
    for name in ("embedding_dim", "hidden_units", "latent_dim", "condition_dim"):
        checks.check_integer(name, getattr(recipe, name), low=1)
    for name in ("batch_size", "epochs", "patience"):
        checks.check_integer(name, getattr(recipe, name), low=1)
    for name in ("slots", "epoch_steps", "vocabulary_limit", "length_limit", "labelled"):
        checks.check_integer(name, getattr(recipe, name), low=0)
    for name in ("slot_spacing", "learning_rate", "clip_norm", "min_delta"):
        checks.check_number(name, getattr(recipe, name), low=0.0)
    checks.check_rate("dropout", recipe.dropout)
    checks.check_number("ema_momentum", recipe.ema_momentum, 0.0, 1.0, open_high=True)
    if not isinstance(recipe.monitor, str):
        raise RecipeError(
            f"`monitor` must be the name of a figure. Received: monitor={recipe.monitor!r}"
        )
    policies = ("auto", "float32", "mixed_bfloat16", "mixed_float16", "float64")
    checks.check_choice("precision", recipe.precision, policies)
    decays = ("constant", "cosine")
    checks.check_choice("learning_rate_decay", recipe.learning_rate_decay, decays)
    if recipe.slots and recipe.latent_dim % recipe.slots:
        raise RecipeError(
            "`latent_dim` must be a multiple of `slots`. "
            f"Received: latent_dim={recipe.latent_dim}, slots={recipe.slots}"
        )

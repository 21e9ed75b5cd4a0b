"""What a recipe is, how a flag overrides it, and the one way from a recipe to a model."""

import ast
import dataclasses

from keras_vae_collapse import layers, losses, models, schedules


@dataclasses.dataclass(frozen=True)
class Recipe:
    """All that defines a model and its training, as data.

    Sizes count units; rates are probabilities; rate options are in nats (see each loss).
    `slots` is the number of parts of `z` that attention writes and reads, a divisor of
    `latent_dim`, 0 for the article's model; `slot_spacing` is the distance of their first places
    in characters.

    With `back_translations`, the same recipe without them is trained for `teacher_epochs` first;
    of every paradigm of the training data this teacher then inflects the forms for so many
    features a form, and what it makes are further sources (see `data.back_translation`). The model
    starts from the teacher's weights, and from `pupil_learning_rate` instead of `learning_rate`.
    Of several `teachers` each but the first is itself a pupil of the one before it, and a pupil's
    pupil ends as the mean of its own weights and its teacher's.
    `epoch_steps` is the number of batches in an epoch, 0 for all examples once.
    """

    name: str
    paper: str
    summary: str

    char_dim: int = 64
    hidden_units: int = 192
    latent_dim: int = 64
    feature_dim: int = 64
    dropout: float = 0.2

    rate_term: str = "KLDivergence"
    rate_options: dict = dataclasses.field(default_factory=dict)
    latent: str = "GaussianLatent"
    latent_options: dict = dataclasses.field(default_factory=dict)

    slots: int = 0
    slot_spacing: float = 1.0
    decoder: str = "autoregressive"
    history_dropout: str = ""
    history_dropout_options: dict = dataclasses.field(default_factory=dict)
    embedding_dropout_rate: float = 0.0

    bag_of_chars: str = ""
    bag_of_chars_weight: float = 1.0
    auxiliary_state_weight: float = 0.0

    encoder_training: str = ""
    encoder_training_options: dict = dataclasses.field(default_factory=dict)

    augmentation: str = "prefix_swaps"
    back_translations: int = 0
    teachers: int = 1
    teacher_epochs: int = 3
    batch_size: int = 64
    learning_rate: float = 4e-3
    pupil_learning_rate: float = 1.5e-3
    learning_rate_decay: str = "cosine"
    clip_norm: float = 5.0
    ema_momentum: float = 0.998
    epochs: int = 40
    epoch_steps: int = 0
    patience: int = 8

    def to_config(self):
        """The recipe as a dictionary that JSON can hold."""
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, config):
        """The inverse of `to_config`."""
        return cls(**config)


class RecipeError(ValueError):
    """An unknown recipe or an override that cannot be; the message says what is allowed."""


_FIXED = ("name", "paper", "summary")


def override(recipe, settings):
    """A recipe with some fields replaced.

    Args:
        recipe: a `Recipe`.
        settings: strings `field=value`. An entry of a field of options is set as
            `rate_options.rate_nats=30`, or as `rate_nats=30` where only one field of options
            of the recipe has such an entry.

    Raises:
        RecipeError: the field does not exist, or the value is not of its type.
    """
    for setting in settings:
        field, separator, text = setting.partition("=")
        if not separator:
            raise RecipeError(f"an override must look like field=value. Received: {setting!r}")
        recipe = _replace(recipe, field.strip(), text.strip())
    return recipe


def _replace(recipe, field, text):
    config = recipe.to_config()
    holders = [name for name, value in config.items() if isinstance(value, dict)]
    if field in config and field not in _FIXED and field not in holders:
        value = _convert(field, text, type(config[field]))
        return dataclasses.replace(recipe, **{field: value})
    group, dot, key = field.partition(".")
    if dot and group in holders:
        owners = [group]
    else:
        key = field
        owners = [name for name in holders if key in config[name]]
    if len(owners) != 1 or not key:
        fields = [name for name in config if name not in _FIXED and name not in holders]
        options = [f"{name}.{entry}" for name in holders for entry in config[name] or ["..."]]
        raise RecipeError(
            f"recipe {recipe.name!r} has no field {field!r}. Allowed: "
            + ", ".join(fields + options)
        )
    old = config[owners[0]].get(key)
    value = _convert(field, text, type(old)) if type(old) in (int, float, str) else _literal(text)
    return dataclasses.replace(recipe, **{owners[0]: {**config[owners[0]], key: value}})


def _literal(text):
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _convert(field, text, kind):
    if kind is str:
        return text
    value = _literal(text)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is float and number:
        return float(value)
    if kind is int and number and float(value).is_integer():
        return int(value)
    raise RecipeError(f"`{field}` must be of type {kind.__name__}. Received: {field}={text!r}")


def _from(module, name, field):
    allowed = [n for n in module.__all__ if n[0].isupper()]
    if name not in allowed:
        raise RecipeError(
            f"`{field}` must be one of {', '.join(allowed)}. Received: {field}={name!r}"
        )
    return getattr(module, name)


def _construct(module, class_name, field, options, **fixed):
    try:
        return _from(module, class_name, field)(**options, **fixed)
    except TypeError as error:
        raise RecipeError(f"`{field}={class_name}` does not take these options: {error}") from error


def _schedule(value):
    """A schedule written as `{"schedule": NAME, ...}`, or the number as it is."""
    if not isinstance(value, dict):
        return value
    options = {key: entry for key, entry in value.items() if key != "schedule"}
    return _construct(schedules, value.get("schedule"), "schedule", options)


def build(recipe, vocabulary, seed=0):
    """The model of a recipe for a vocabulary, not yet compiled.

    Args:
        recipe: a `Recipe`.
        vocabulary: a `keras_vae_collapse.data.Vocabulary`.
        seed: seed of all noise in the model; initial weights follow the global Keras seed.

    Raises:
        RecipeError: a value of the recipe is impossible.
    """
    try:
        return _build(recipe, vocabulary, seed)
    except RecipeError:
        raise
    except ValueError as error:
        raise RecipeError(f"recipe {recipe.name!r}: {error}") from error


def _build(recipe, vocabulary, seed):
    size = vocabulary.size
    unk = {"unk_id": 1, "keep_ids": (0, 2)}
    rate_options = {key: _schedule(value) for key, value in recipe.rate_options.items()}
    rate_term = _construct(losses, recipe.rate_term, "rate_term", rate_options, name="rate_term")
    history_dropout = embedding_dropout = auxiliary = bag = bag_head = None
    if recipe.history_dropout:
        history_dropout = _construct(
            layers,
            recipe.history_dropout,
            "history_dropout",
            recipe.history_dropout_options,
            **unk,
            seed=seed + 1,
        )
    if recipe.embedding_dropout_rate:
        embedding_dropout = layers.EmbeddingDropout(recipe.embedding_dropout_rate, seed=seed + 2)
    if recipe.auxiliary_state_weight:
        auxiliary = layers.AuxiliaryStateCost(
            recipe.hidden_units, weight=recipe.auxiliary_state_weight, vocabulary_size=size
        )
    if recipe.bag_of_chars:
        bag = layers.BagOfChars(size)
        bag_head = layers.BagOfCharsHead(
            size, distribution=recipe.bag_of_chars, weight=recipe.bag_of_chars_weight
        )
    return models.ReinflectionVAE(
        vocabulary,
        encoder=layers.WordEncoder(
            size,
            recipe.hidden_units,
            recipe.char_dim,
            dropout=recipe.dropout,
            slots=recipe.slots,
            slot_dim=recipe.char_dim,
            slot_spacing=recipe.slot_spacing,
            seed=seed + 3,
        ),
        latent=_construct(
            layers,
            recipe.latent,
            "latent",
            recipe.latent_options,
            latent_dim=recipe.latent_dim,
            slots=recipe.slots or 1,
            rate_term=rate_term,
            seed=seed + 4,
            name="latent",
        ),
        decoder=models.InflectionDecoder(
            size,
            recipe.hidden_units,
            recipe.char_dim,
            recipe.feature_dim,
            kind=recipe.decoder,
            history_dropout=history_dropout,
            embedding_dropout=embedding_dropout,
            dropout=recipe.dropout,
            auxiliary_state_cost=auxiliary,
            max_length=vocabulary.max_form_length + 1,
            latent_slots=recipe.slots,
            slot_spacing=recipe.slot_spacing,
            seed=seed + 5,
        ),
        bag_of_chars=bag,
        bag_of_chars_head=bag_head,
        name=recipe.name,
    )

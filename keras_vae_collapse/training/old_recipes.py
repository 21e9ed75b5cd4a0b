"""Recipes and settings as version 0.1 wrote them."""

import logging

# What a setting of version 0.1 is called now.
_RENAMED_SETTINGS = {
    "char_dim": "embedding_dim",
    "feature_dim": "condition_dim",
    "rate_options": "rate_term",
    "latent_options": "latent",
    "history_dropout_options": "history_dropout",
    "encoder_training_options": "encoder_training",
    "bag_of_chars_weight": "bag_of_chars.weight",
    "teachers": "rounds.teachers",
    "teacher_epochs": "rounds.teacher_epochs",
    "pupil_learning_rate": "rounds.student_learning_rate",
    "target_nats": "rate_nats",
}
_AUGMENTATIONS = {
    "paradigm_pairs": "ParadigmPairs",
    "copies": "Copies",
    "prefix_swaps": "PrefixSwaps",
}
_DECODERS = {
    "autoregressive": {"class": "GRUDecoder"},
    "historyless": {"class": "HistorylessGRUDecoder"},
    "historyless_bidirectional": {"class": "HistorylessGRUDecoder", "bidirectional": True},
}
# Settings that made a part: its place, its class, and the option that they set.
_MADE_PARTS = {
    "embedding_dropout_rate": ("embedding_dropout", "EmbeddingDropout", "rate"),
    "auxiliary_state_weight": ("auxiliary_state_cost", "AuxiliaryStateCost", "weight"),
    "back_translations": ("rounds.examples", "BackTranslation", "labels"),
    "bag_of_chars": ("bag_of_chars", "BagOfCharsHead", "distribution"),
}
_DISTRIBUTIONS = ("bernoulli", "poisson", "multinomial")
_EMPTY = ("history_dropout", "encoder_training", "augmentation", "bag_of_chars")


def todays_setting(name, text, config):
    """A setting `name=text` of a recipe's configuration in today's form, `(name, text)`.

    A line of the log says what is written now.
    """
    setting = _todays_setting(name, text, config)
    if setting != (name, text):
        logging.warning("the setting %s=%s is written %s=%s now", name, text, *setting)
    return setting


def _todays_setting(name, text, config):
    if name in _EMPTY and not text:
        return name, "None"
    if name == "decoder" and text in _DECODERS:
        return name, str(_DECODERS[text])
    if name == "augmentation" and set(text.split("+")) <= set(_AUGMENTATIONS):
        return name, "+".join(_AUGMENTATIONS[part] for part in text.split("+"))
    if name in _MADE_PARTS and (text in _DISTRIBUTIONS or name != "bag_of_chars"):
        place, cls, option = _MADE_PARTS[name]
        part = place.partition(".")[0]
        value = text if text in _DISTRIBUTIONS else _number(text)
        if value == 0:
            return part, "None"
        if value is not None and config[part] is None:
            return place, str({"class": cls, option: value})
        return f"{place}.{option}", text
    first, dot, rest = name.partition(".")
    return _RENAMED_SETTINGS.get(first, first) + dot + rest, text


def _number(text):
    """The number of a text, `None` if it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() else value


def converted(config):
    """The configuration of a recipe in today's form; one that has it already stays as it is."""
    if not isinstance(config.get("rate_term"), str):
        return config
    old = {
        "slots": 0, "slot_spacing": 1.0, "back_translations": 0, "teachers": 1,
        "teacher_epochs": 3, "pupil_learning_rate": 1.5e-3, "epoch_steps": 0, **config,
    }  # fmt: skip
    same = (
        "name", "paper", "summary", "hidden_units", "latent_dim", "dropout", "slots",
        "slot_spacing", "batch_size", "learning_rate", "learning_rate_decay", "clip_norm",
        "ema_momentum", "epochs", "epoch_steps", "patience",
    )  # fmt: skip
    decoder = _DECODERS[old["decoder"]]
    if old["slots"] and old["decoder"] == "autoregressive":
        decoder = {"class": "AlignedGRUDecoder"}
    names = filter(None, old["augmentation"].split("+"))
    augmentation = [{"class": _AUGMENTATIONS[name]} for name in names]
    return {
        **{name: old[name] for name in same},
        "embedding_dim": old["char_dim"],
        "condition_dim": old["feature_dim"],
        "latent": {"class": old["latent"], **old["latent_options"]},
        "rate_term": {"class": old["rate_term"], **_options(old["rate_options"])},
        "decoder": decoder,
        "history_dropout": _part(old["history_dropout"], old["history_dropout_options"]),
        "embedding_dropout": _weighted("EmbeddingDropout", rate=old["embedding_dropout_rate"]),
        "bag_of_chars": _part(
            "BagOfCharsHead" if old["bag_of_chars"] else "",
            {"distribution": old["bag_of_chars"], "weight": old["bag_of_chars_weight"]},
        ),
        "auxiliary_state_cost": _weighted(
            "AuxiliaryStateCost", weight=old["auxiliary_state_weight"]
        ),
        "encoder_training": _part(old["encoder_training"], old["encoder_training_options"]),
        "augmentation": augmentation[0] if len(augmentation) == 1 else augmentation or None,
        "rounds": _rounds(old) if old["back_translations"] else None,
    }


def has_earlier_slots(config):
    """Whether a recipe's slots are of before `AlignedGRUDecoder`, which came with `teachers`."""
    return bool(config.get("slots")) and "teachers" not in config and "char_dim" in config


def _part(name, options):
    return {"class": name, **options} if name else None


def _weighted(name, **option):
    return _part(name, option) if all(option.values()) else None


def _options(options):
    """Options of a rate term; a schedule was `{"schedule": name, ...}`."""
    options = {_RENAMED_SETTINGS.get(name, name): value for name, value in options.items()}
    weight = options.get("weight")
    if isinstance(weight, dict) and "schedule" in weight:
        rest = {name: value for name, value in weight.items() if name != "schedule"}
        options["weight"] = {"class": weight["schedule"], **rest}
    return options


def _rounds(old):
    return {
        "teachers": old["teachers"],
        "teacher_epochs": old["teacher_epochs"],
        "student_learning_rate": old["pupil_learning_rate"],
        "examples": {"class": "BackTranslation", "labels": old["back_translations"]},
    }

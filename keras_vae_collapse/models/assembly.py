"""From a recipe to the parts of a `SequenceVAE`."""

from keras_vae_collapse.core.parts import complete_part, make_part
from keras_vae_collapse.core.special_ids import PAD, SOS, UNK
from keras_vae_collapse.layers import BagOfChars
from keras_vae_collapse.models.sequence_decoder import SequenceDecoder

_LAYERS = ("layers",)


def sequence_parts(recipe, vocabulary_size, max_length, condition_size, seed):
    """The arguments of a `SequenceVAE` that a recipe describes.

    Initial weights follow the global Keras seed and the order in which parts are made, which is
    the order of the lines below.

    Args:
        recipe: a `training.Recipe`.
        vocabulary_size: number of symbols.
        max_length: most symbols that decoding writes, end symbol not counted.
        condition_size: number of entries of the condition, 0 for none.
        seed: seed of all noise in the model.

    Raises:
        RecipeError: a part of the recipe is impossible.
    """
    condition_dim = recipe.condition_dim if condition_size else 0
    shared = {
        "vocabulary_size": vocabulary_size,
        "units": recipe.hidden_units,
        "embedding_dim": recipe.embedding_dim,
        "latent_dim": recipe.latent_dim,
        "slot_dim": recipe.embedding_dim,
        "slot_spacing": recipe.slot_spacing,
        "dropout": recipe.dropout,
        "unk_id": UNK,
        "keep_ids": (PAD, SOS),
    }
    slots = {"slots": recipe.slots}

    def part(field, seed_offset, packages=_LAYERS, **fixed):
        given = {**shared, "seed": seed + seed_offset}
        return make_part(field, getattr(recipe, field), packages, given, **fixed)

    rate_term = part("rate_term", 6, ("losses",), name="rate_term")
    history_dropout = part("history_dropout", 1)
    embedding_dropout = part("embedding_dropout", 2)
    auxiliary_state_cost = part("auxiliary_state_cost", 0)
    latent_skip = part("latent_skip", 0)
    bag_of_chars = bag_of_chars_head = None
    if recipe.bag_of_chars is not None:
        bag_of_chars = BagOfChars(vocabulary_size)
        bag_of_chars_head = part("bag_of_chars", 0)
    encoder = make_part(
        "encoder", recipe.encoder, _LAYERS, {**shared, **slots, "seed": seed + 3}, name="encoder"
    )
    latent = make_part(
        "latent",
        recipe.latent,
        _LAYERS,
        {**shared, "slots": recipe.slots or 1, "seed": seed + 4},
        rate_term=rate_term,
        name="latent",
    )
    latent_attention = None
    if recipe.slots:
        latent_attention = {
            "class": "LatentAttention",
            **slots,
            "units": recipe.embedding_dim,
            "spacing": recipe.slot_spacing,
            "name": "latent_attention",
        }
    recurrence = complete_part("decoder", recipe.decoder, _LAYERS, {**shared, **slots})
    decoder = SequenceDecoder(
        vocabulary_size,
        {**recurrence, "name": "recurrence"},
        embedding_dim=recipe.embedding_dim,
        condition_dim=condition_dim,
        latent_attention=latent_attention,
        history_dropout=history_dropout,
        embedding_dropout=embedding_dropout,
        dropout=recipe.dropout,
        auxiliary_state_cost=auxiliary_state_cost,
        latent_skip=latent_skip,
        max_length=max_length + 1,
        seed=seed + 5,
        name="decoder",
    )
    return {
        "encoder": encoder,
        "latent": latent,
        "decoder": decoder,
        "max_length": max_length,
        "condition_size": condition_size,
        "bag_of_chars": bag_of_chars,
        "bag_of_chars_head": bag_of_chars_head,
        "name": recipe.name,
    }

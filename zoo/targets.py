"""Setting the rate that a recipe aims at, whatever its method calls it."""

import dataclasses
import math

from keras_vae_collapse.training.recipe import RecipeError


def has_target(recipe):
    """Whether the recipe's method aims at a rate."""
    return _replacement(recipe, 1.0) is not None


def with_target(recipe, nats):
    """The recipe aiming at a rate of `nats` nats per word.

    Raises:
        RecipeError: its method has no target rate.
    """
    replaced = _replacement(recipe, float(nats))
    if replaced is None:
        raise RecipeError(f"recipe {recipe.name!r} has no target rate")
    return dataclasses.replace(recipe, **replaced)


def _replacement(recipe, nats):
    rate, latent = recipe.rate_options, recipe.latent_options
    per_dimension = nats / recipe.latent_dim
    for name in ("rate_nats", "target_nats"):
        if name in rate:
            return {"rate_options": {**rate, name: nats}}
    if "free_nats" in rate:
        free = nats if rate.get("over") == "total" else per_dimension
        return {"rate_options": {**rate, "free_nats": free}}
    if "delta_nats" in latent:
        return {"latent_options": {**latent, "delta_nats": nats}}
    if "gamma" in latent:  # BN-VAE bounds the rate by latent_dim * gamma^2 / 2
        return {"latent_options": {**latent, "gamma": math.sqrt(2.0 * per_dimension)}}
    return None

"""Setting the rate that a recipe aims at, whatever its method calls it."""

import math

from keras_vae_collapse.training import Recipe, RecipeError


def has_target(recipe: Recipe) -> bool:
    """Whether the recipe's method aims at a rate."""
    return _replacement(recipe, 1.0) is not None


def with_target(recipe: Recipe, nats: float) -> Recipe:
    """The recipe aiming at a rate of `nats` nats per example.

    Raises:
        RecipeError: its method has no target rate.
    """
    replaced = _replacement(recipe, float(nats))
    if replaced is None:
        raise RecipeError(f"recipe {recipe.name!r} has no target rate")
    field, options = replaced
    return recipe.replace(**{field: {**getattr(recipe, field), **options}})


def _replacement(recipe, nats):
    """The part that holds the target, and its option for this target; `None` without one."""
    rate, latent = recipe.rate_term, recipe.latent
    per_dimension = nats / recipe.latent_dim
    if "rate_nats" in rate:
        return "rate_term", {"rate_nats": nats}
    if "free_nats" in rate:
        return "rate_term", {"free_nats": nats if rate.get("over") == "total" else per_dimension}
    if "delta_nats" in latent:
        return "latent", {"delta_nats": nats}
    if "gamma" in latent:  # BN-VAE bounds the rate by latent_dim * gamma^2 / 2
        return "latent", {"gamma": math.sqrt(2.0 * per_dimension)}
    return None

"""The optimizer of a recipe."""

from keras_vae_collapse.callbacks.learning_rate_decay import LearningRateDecay
from keras_vae_collapse.core.checks import check_choice
from keras_vae_collapse.distribute.replica_adam import ReplicaAdam


def make_optimizer(recipe):
    """`ReplicaAdam` with the learning rate, clipping and weight averaging of a recipe.

    Args:
        recipe: has `learning_rate`, `clip_norm` (of all gradients together, 0 for none) and
            `ema_momentum` (of the averaged weights, 0 for no averaging).
    """
    return ReplicaAdam(
        recipe.learning_rate,
        global_clipnorm=recipe.clip_norm or None,
        use_ema=bool(recipe.ema_momentum),
        ema_momentum=recipe.ema_momentum or 0.99,
    )


def make_decay(recipe, total_steps, time_limit):
    """The callback of `learning_rate_decay`: `None` for a constant rate.

    Args:
        recipe: has `learning_rate` and `learning_rate_decay` (`"constant"` or `"cosine"`).
        total_steps: steps of the whole training.
        time_limit: the training's `TimeLimit`.

    Raises:
        ValueError: an unknown decay.
    """
    decay = check_choice("learning_rate_decay", recipe.learning_rate_decay, ("constant", "cosine"))
    if decay == "constant":
        return None
    return LearningRateDecay(recipe.learning_rate, total_steps, time_limit)

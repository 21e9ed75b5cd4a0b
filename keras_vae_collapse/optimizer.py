"""The optimizer of a recipe."""

import keras

from keras_vae_collapse._checks import check_choice
from keras_vae_collapse.replica_adam import ReplicaAdam


def make_optimizer(recipe, total_steps):
    """`ReplicaAdam` with the learning rate, clipping and weight averaging of a recipe.

    Args:
        recipe: has `learning_rate`, `learning_rate_decay` (`"constant"` or `"cosine"`, to zero
            over `total_steps`), `clip_norm` (of all gradients together, 0 for none) and
            `ema_momentum` (of the averaged weights, 0 for no averaging).
        total_steps: steps of the whole training.

    Raises:
        ValueError: an unknown decay.
    """
    decay = check_choice("learning_rate_decay", recipe.learning_rate_decay, ("constant", "cosine"))
    rate = recipe.learning_rate
    if decay == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, total_steps)
    return ReplicaAdam(
        rate,
        global_clipnorm=recipe.clip_norm or None,
        use_ema=bool(recipe.ema_momentum),
        ema_momentum=recipe.ema_momentum or 0.99,
    )

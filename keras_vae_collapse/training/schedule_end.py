"""When the schedules of a rate term have come to where they lead."""

import math


def settled_epochs(term, steps_per_epoch: int) -> int:
    """The epochs until the weight and the target of a rate term stay where their schedules lead.

    A training that is judged before is judged by a loss that it is not to have in the end. A
    schedule of Keras's own, which does not say when it has settled, counts as settled.

    Args:
        term: a rate term, its options numbers or schedules.
        steps_per_epoch: training steps.

    Returns:
        An integer, 0 where nothing is scheduled.

    Example:

    ```python
    from keras_vae_collapse.losses import KLDivergence
    from keras_vae_collapse.schedules import LinearAnnealing
    from keras_vae_collapse.training.schedule_end import settled_epochs

    annealed = KLDivergence(weight=LinearAnnealing(rate=0.001))
    assert settled_epochs(annealed, steps_per_epoch=300) == 4  # 990 steps
    ```
    """
    options = (getattr(term, name, None) for name in ("weight", "rate_nats"))
    steps = [getattr(option, "settled_step", 0.0) for option in options]
    return math.ceil(max(steps) / steps_per_epoch)

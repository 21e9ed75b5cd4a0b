"""When the schedules of a rate term have come to where they lead."""


def has_settled(term) -> bool:
    """Whether the weight and the target of a rate term stay where their schedules lead.

    A training that is judged before is judged by a loss that it is not to have in the end. A
    schedule of Keras's own, which does not say when it has settled, counts as settled.

    Args:
        term: a rate term, its options numbers or schedules, or `None`.

    Returns:
        A boolean, by the term's own count of steps.

    Example:

    ```python
    from keras_vae_collapse.losses import KLDivergence
    from keras_vae_collapse.schedules import LinearAnnealing
    from keras_vae_collapse.training.schedule_end import has_settled

    annealed = KLDivergence(weight=LinearAnnealing(rate=0.001))
    assert not has_settled(annealed)
    annealed.step.assign(990)
    assert has_settled(annealed)
    ```
    """
    options = (getattr(term, name, None) for name in ("weight", "rate_nats"))
    settled_step = max(getattr(option, "settled_step", 0) for option in options)
    return settled_step == 0 or int(getattr(term, "step", settled_step)) >= settled_step

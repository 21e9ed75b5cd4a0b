"""Making the schedules of a recipe shorter or longer with its training."""


def with_schedule_length(recipe, factor):
    """The recipe with the schedule of its KL weight, and its pretraining, `factor` times as long.

    A schedule is a curve over the steps of a training; a training of an eighth of the steps sees
    the same curve at `factor=0.125`. Of pretraining at least an epoch remains. A recipe with
    neither stays as it is.

    Raises:
        ValueError: `factor` is not a positive number.
    """
    if not factor > 0:
        raise ValueError(f"the length of schedules must be positive. Received: {factor}")
    replaced = {}
    schedule = recipe.rate_term.get("weight")
    if isinstance(schedule, dict):
        schedule = _stretched(schedule, factor)
        replaced["rate_term"] = {**recipe.rate_term, "weight": schedule}
    pretraining = recipe.encoder_training or {}
    if "epochs" in pretraining:
        epochs = max(1, round(pretraining["epochs"] * factor))
        replaced["encoder_training"] = {**pretraining, "epochs": epochs}
    return recipe.replace(**replaced)


def _stretched(schedule, factor):
    stretched = dict(schedule)
    for name in ("midpoint", "cycle_steps"):  # in steps
        if name in stretched:
            stretched[name] = max(1, round(stretched[name] * factor))
    if "rate" in stretched:  # per step
        stretched["rate"] = stretched["rate"] / factor
    return stretched

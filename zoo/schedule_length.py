"""Making the schedule of a recipe's KL weight shorter or longer with its training."""

import dataclasses


def with_schedule_length(recipe, factor):
    """The recipe with the schedule of its KL weight `factor` times as long.

    A schedule is a curve over the steps of a training; a training of an eighth of the steps sees
    the same curve at `factor=0.125`. A recipe without a schedule stays as it is.

    Raises:
        ValueError: `factor` is not a positive number.
    """
    if not factor > 0:
        raise ValueError(f"the length of schedules must be positive. Received: {factor}")
    schedule = recipe.rate_options.get("weight")
    if not isinstance(schedule, dict):
        return recipe
    changed = dict(schedule)
    for name in ("midpoint", "cycle_steps"):  # in steps
        if name in changed:
            changed[name] = max(1, round(changed[name] * factor))
    if "rate" in changed:  # per step
        changed["rate"] = changed["rate"] / factor
    return dataclasses.replace(recipe, rate_options={**recipe.rate_options, "weight": changed})

"""Which round of a training is kept: the best one on the development set."""

import json

from keras_vae_collapse.training.rounds import Round, round_options


def choose_round(task, rounds: list[Round], own: dict) -> dict:
    """What the metrics of a run say of its rounds, and of the one that is kept.

    Rounds are compared by the figure that `monitor="auto"` means, that of examples which are
    unseen in training where there are enough of them, unless the recipe's `monitor` names
    another; then by the task's `tie_break`; of equal rounds the last is kept. Where a round was
    measured by an earlier version, which had no such figure, all are compared by the task's own.

    Args:
        task: the run's `Task`.
        rounds: all rounds in their order, all but the last finished.
        own: the metrics of the last round.

    Returns:
        `{}` of a single round. Else `rounds`, for each its number, best epoch and figures;
        `chosen_by`, the figure that compares them; and `kept_round`, the number of the best. With
        the option `keep="last"` of the rounds that is the last.
    """
    *earlier, last = rounds
    if not earlier:
        return {}
    metrics = [_metrics(round_) for round_ in earlier] + [own]
    setting = last.recipe.monitor
    monitor = task.chosen_monitor("auto" if setting == "task" else setting)
    if not all(_has(task, found["dev"], monitor) for found in metrics):
        monitor = task.monitor
    names = dict.fromkeys((monitor, *task.epoch_figures))
    records = [
        {
            "round": round_.number,
            "best_epoch": found["best_epoch"],
            **{n: task.figure(found["dev"], n) for n in names if _has(task, found["dev"], n)},
        }
        for round_, found in zip(rounds, metrics, strict=True)
    ]
    if round_options(last.recipe)["keep"] == "last":
        kept = last.number
    else:
        kept = max(records, key=lambda record: _order(record, monitor, task.tie_break))["round"]
    return {"rounds": records, "chosen_by": monitor, "kept_round": kept}


def kept_line(choice: dict) -> str:
    """One line that says why an earlier round than the last is kept."""
    *_, last = choice["rounds"]
    name, kept = choice["chosen_by"], choice["rounds"][choice["kept_round"] - 1]
    return (
        f"round {kept['round']} is kept: on the development set its {name} is {kept[name]:.4f}, "
        f"that of round {last['round']} {last[name]:.4f}"
    )


def _metrics(round_):
    return json.loads((round_.directory / "metrics.json").read_text(encoding="utf-8"))


def _has(task, figures, name):
    try:
        task.figure(figures, name)
    except KeyError:
        return False
    return True


def _order(record, monitor, tie_break):
    return record[monitor], -record.get(tie_break, 0.0), record["round"]

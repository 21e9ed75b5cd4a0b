"""A plan: which trainings a comparison consists of, in a file that stands before they are made.

A plan is a JSON object. `parts` is a list of objects, each a table of trainings: every recipe,
with every combination of the axes, at every rate, with every seed.

```
{
  "epochs": 60, "set": ["hidden_units=96"],
  "parts": [
    {"part": "recipes", "recipes": "all", "seeds": [0, 1, 2, 3, 4]},
    {"part": "equal rate", "recipes": ["mdr", "free_bits"], "rates": [5, 10, 20], "seeds": [0, 1]},
    {"part": "interplay", "recipes": ["base"], "seeds": [0], "axes": {
      "weakening": {"none": [], "character": ["history_dropout.class=CharDropout"]},
      "rate term": {"KL": [], "MDR": ["rate_term.class=MDRConstraint", "rate_nats=40"]}}}
  ]
}
```

`data`, `dev`, `language`, `task`, `added_tasks`, `held_out` and `epochs`, as for `kvc-train`,
`set`, a list of settings, and `schedule_length`, which multiplies the length of schedules and of
pretraining, stand beside `parts`, or in a part for that part alone; the settings of a part come
after those of the plan. Two trainings that are the same are made once. For `claims` see
`zoo/claims.py`.
"""

import dataclasses
import itertools
import json
import pathlib
import shlex

import zoo
from keras_vae_collapse.core.errors import did_you_mean
from keras_vae_collapse.training.changed_settings import changed_settings
from zoo.claims import check_claims
from zoo.schedule_length import with_schedule_length
from zoo.targets import has_target, with_target

_DATA = {
    "data": "demo", "dev": None, "language": None, "task": "auto", "added_tasks": (),
    "held_out": 0.0,
}  # fmt: skip
_SHARED = {**_DATA, "epochs": None, "set": (), "schedule_length": 1.0}
_PART = {"part", "recipes", "seeds", "rates", "axes"}


@dataclasses.dataclass(frozen=True)
class PlannedRun:
    """One training of a plan.

    Attributes:
        part: the name of its part.
        method: recipe, target rate and places on the axes, as in `mdr@40` or `base, none, KL`.
        places: where it stands on each of the part's axes, `{axis: label}`.
        rate: the target rate in nats that the plan gives it, or `None`.
        recipe: the whole recipe.
        data: `data`, `dev`, `language`, `task`, `added_tasks`, `held_out`.
        epochs: most epochs.
        seed: of the run.
    """

    part: str
    method: str
    places: dict
    rate: float | None
    recipe: "zoo.Recipe"
    data: dict
    epochs: int
    seed: int

    @property
    def name(self):
        """Of its folder, where no training that is the same comes before it."""
        characters = (c if c.isalnum() or c in "@._-" else "-" for c in self.method)
        return f"{''.join(characters)}-seed{self.seed}"

    @property
    def key(self):
        """What the training depends on; equal for two that are the same."""
        recipe = {**self.recipe.to_config(), "epochs": self.epochs}
        return json.dumps([recipe, self.data, self.seed], sort_keys=True)

    @property
    def command(self):
        """The command that makes this training alone."""
        words = ["python", "train.py", f"--recipe={self.recipe.name}"]
        for name, default in _DATA.items():
            value = self.data[name]
            if name == "added_tasks":
                words += [f"--added_tasks={task}" for task in value]
            elif value != default:
                words.append(f"--{name}={value}")
        words += [f"--epochs={self.epochs}", f"--seed={self.seed}"]
        own = zoo.recipe(self.recipe.name).replace(epochs=self.recipe.epochs)
        words += [f"--set={setting}" for setting in changed_settings(self.recipe, own)]
        return shlex.join(words)


def read_plan(path) -> tuple[list[PlannedRun], list[dict]]:
    """The trainings of a plan file, those of the first seed of each part first, and its claims.

    Raises:
        ValueError: the file is no plan; the message names the part and what is wrong in it.
        OSError: it cannot be read.
    """
    path = pathlib.Path(path)
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no plan: {error}") from error
    try:
        runs = planned_runs(plan)
        claims = plan.get("claims", [])
        methods: dict[str, set[str]] = {}
        for run in runs:
            methods.setdefault(run.part, set()).add(run.method)
        check_claims(claims, methods)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return runs, claims


def planned_runs(plan: dict) -> list[PlannedRun]:
    """The trainings of a plan that was read, in order; see `read_plan`."""
    if not isinstance(plan, dict) or not isinstance(plan.get("parts"), list) or not plan["parts"]:
        raise ValueError("a plan is an object with a list `parts`")
    shared = {name: value for name, value in plan.items() if name not in ("parts", "claims")}
    _check_names(shared, set(_SHARED))
    runs, names = [], set()
    for number, part in enumerate(plan["parts"], start=1):
        title = part.get("part", f"part {number}") if isinstance(part, dict) else f"part {number}"
        if not isinstance(part, dict):
            raise ValueError(f"{title} is no object. Received: {part!r}")
        if title in names:
            raise ValueError(f"there are two parts {title!r}")
        names.add(title)
        try:
            _check_names(part, _PART | set(_SHARED))
            runs += _runs_of_part(title, {**_SHARED, **shared, **part}, shared)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{title}: {error}") from error
    return runs


def _check_names(found, known):
    for name in sorted(set(found) - known):
        raise ValueError(
            f"unknown name {name!r}; known are {', '.join(sorted(known))}."
            + did_you_mean(name, known)
        )


def _runs_of_part(title, part, shared):
    data = {name: part[name] for name in _DATA}
    data["added_tasks"] = list(data["added_tasks"])
    settings = [*shared.get("set", ()), *(part["set"] if part["set"] != shared.get("set") else ())]
    rates, axes = part.get("rates", [None]), part.get("axes", {})
    seeds = part.get("seeds", [0])
    for name, values, kind in (("seeds", seeds, int), ("rates", rates, (int, float, type(None)))):
        if (
            not isinstance(values, list)
            or not values
            or not all(isinstance(value, kind) and not isinstance(value, bool) for value in values)
        ):
            raise ValueError(f"`{name}` must be a list of numbers. Received: {values!r}")
    methods = []
    for name in _names(part.get("recipes", "all")):
        recipe = zoo.override(zoo.recipe(name), settings)
        recipe = with_schedule_length(recipe, part["schedule_length"])
        for places in itertools.product(*(choices.items() for choices in axes.values())):
            labels = [label for label, _ in places]
            placed = zoo.override(recipe, [s for _, chosen in places for s in chosen])
            for rate in rates:
                if rate is not None and not has_target(placed):
                    continue
                aimed = placed if rate is None else with_target(placed, rate)
                method = ", ".join([name if rate is None else f"{name}@{rate:g}", *labels])
                methods.append((method, dict(zip(axes, labels, strict=True)), rate, aimed))
    return [
        PlannedRun(title, method, places, rate, recipe, data, part["epochs"] or recipe.epochs, seed)
        for seed in seeds
        for method, places, rate, recipe in methods
    ]


def _names(recipes):
    """Names of recipes; `all` are those of one method, that learn from these data alone."""
    if recipes == "all":
        return [n for n in zoo.recipes() if n != "best" and zoo.recipe(n).unlabeled is None]
    if not isinstance(recipes, list) or not recipes:
        raise ValueError(f'`recipes` must be a list of names, or "all". Received: {recipes!r}')
    return recipes

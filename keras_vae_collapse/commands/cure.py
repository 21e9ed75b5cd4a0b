"""What `kvc-train --cure=RUN` asks for: the flags of the run, its recipe with a remedy."""


def cured_run(values):
    """The recipe of a run with the first remedy of its explanation.

    Fills in, where the command line does not give them, what the run was trained on, its epochs,
    its seed and the share of the development examples that it held out; and says which cause is
    remedied, and how.

    Args:
        values: the flags, with `cure`.

    Raises:
        ValueError: the run cannot be cured by a setting.
    """
    from keras_vae_collapse.training.cure import cured_recipe, first_remedy, read_config

    config = read_config(values.cure)
    cause, settings = first_remedy(values.cure)
    recipe = cured_recipe(config, settings)
    data = config.get("data", {})
    given = {
        "data": data.get("name"),
        "language": data.get("language") if config.get("task") != "text" else None,
        "task": "text" if config.get("task") == "text" else _format(data.get("task")),
        "dev": data.get("dev"),
        "added_tasks": [str(task) for task in data.get("added_tasks", ())],
        "unlabeled": [str(path) for path in data.get("unlabeled", ())],
        "seed": config.get("seed"),
        "epochs": recipe.epochs,
        "held_out": config.get("held_out"),
    }
    for name, value in given.items():
        if not values[name].present and value not in (None, []):
            setattr(values, name, value)
    print(f"{cause['name']}: {cause['evidence']}")
    print("cure: " + " ".join(f"--set {setting}" for setting in settings), flush=True)
    return recipe


def _format(task):
    return None if task is None else str(task)

"""Trains a recipe."""

import sys

from absl import flags

# With start and final evaluation about five minutes on two cores.
DEMO_MINUTES = 4.0


def arguments():
    """The flags of the command, an `absl.flags.FlagValues` of its own."""
    values = flags.FlagValues()
    shared = {"flag_values": values}
    flags.DEFINE_bool("help", False, "show this and exit", **shared)
    flags.DEFINE_string("recipe", "mdr", "name of a recipe; --recipe=list shows them", **shared)
    flags.DEFINE_string(
        "data", "demo", "demo, a directory of SIGMORPHON 2016 files, sigmorphon2016", **shared
    )
    flags.DEFINE_string("language", "turkish", "language of the files", **shared)
    flags.DEFINE_enum("task", "3", ["1", "3"], "SIGMORPHON 2016 task", **shared)
    flags.DEFINE_multi_enum(
        "added_tasks",
        [],
        ["1", "2", "3"],
        "task whose training file is added; may be repeated",
        **shared,
    )
    flags.DEFINE_integer(
        "epochs", None, "most epochs; default: the recipe's", lower_bound=1, **shared
    )
    flags.DEFINE_integer("seed", 0, "seed of weights, batches and noise", lower_bound=0, **shared)
    flags.DEFINE_string("output_dir", None, "run directory; default: runs/RECIPE", **shared)
    flags.DEFINE_string("strategy", "auto", "auto, single, mirrored or multiworker", **shared)
    flags.DEFINE_integer(
        "logical_cpus", 0, "replicas of --strategy=mirrored without a GPU", **shared
    )
    flags.DEFINE_multi_string(
        "set", [], "override of a setting: --set latent_dim=32, --set rate_term.rate_nats=30",
        **shared,
    )  # fmt: skip
    flags.DEFINE_bool("resume", False, "go on with the run in output_dir", **shared)
    flags.DEFINE_bool("overwrite", False, "replace the run in output_dir", **shared)
    flags.DEFINE_float(
        "max_minutes",
        None,
        "stop training after this many minutes; default: 4 for the demo, else no limit",
        lower_bound=0.0,
        **shared,
    )
    flags.DEFINE_enum(
        "verbose", "1", ["0", "1", "2"], "0 silent, 1 progress bar, 2 a line an epoch", **shared
    )
    return values


def main(recipes, argv=None):
    """Runs the command.

    Args:
        recipes: where recipes come from: an object with `recipes() -> names` and
            `recipe(name) -> Recipe`, such as the package `zoo`.
        argv: the words of the command line; by default those of this process.

    Returns:
        The exit code, or a message for `sys.exit`.
    """
    argv = sys.argv if argv is None else ["kvc-train", *argv]
    values = arguments()
    try:
        _, *rest = values(argv)
    except flags.Error as error:
        return f"kvc-train: {error}"
    if values.help:
        print(f"{__doc__}\n\nflags:\n{values.get_help(prefix='  ').split(chr(10), 2)[2]}")
        return 0
    if rest:
        return f"kvc-train: unknown argument {rest[0]!r}; all options begin with --"
    try:
        if values.recipe == "list":
            names = recipes.recipes()
            print("\n".join(f"{name:24s}{recipes.recipe(name).summary}" for name in names))
            return 0
        return _train(recipes, values)
    except (ValueError, OSError, RuntimeError, ArithmeticError) as error:
        return f"kvc-train: {error}"


def _train(recipes, values):
    from keras_vae_collapse.tasks import ReinflectionTask
    from keras_vae_collapse.training import override

    recipe = override(recipes.recipe(values.recipe), values.set)
    task = ReinflectionTask(
        values.data,
        values.language,
        int(values.task),
        [int(added) for added in values.added_tasks],
    )
    max_minutes = values.max_minutes
    if max_minutes is None and values.epochs is None and values.data == "demo":
        max_minutes = DEMO_MINUTES
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    from keras_vae_collapse.training import train
    from keras_vae_collapse.training.summary import training_summary

    run = train(
        recipe,
        task,
        values.output_dir or f"runs/{values.recipe}",
        epochs=values.epochs,
        seed=values.seed,
        strategy=values.strategy,
        logical_cpus=values.logical_cpus,
        resume=values.resume,
        overwrite=values.overwrite,
        max_minutes=max_minutes,
        verbose=int(values.verbose),
    )
    if run.model is not None:  # the chief of a cluster has written it
        print(training_summary(task, run))
    return 0

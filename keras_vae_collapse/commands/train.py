"""Trains a recipe."""

import pathlib
import signal
import sys

from absl import flags

from keras_vae_collapse.commands.again import resume_command, this_command
from keras_vae_collapse.commands.command import FORMAT_HELP, FORMATS
from keras_vae_collapse.commands.ctrl_c import end_in_one_line
from keras_vae_collapse.commands.cure import cured_run
from keras_vae_collapse.commands.train_checks import (
    check_flags,
    chosen_options,
    chosen_recipe,
    chosen_task,
)


def arguments():
    """The flags of the command, an `absl.flags.FlagValues` of its own."""
    values = flags.FlagValues()
    shared = {"flag_values": values}
    flags.DEFINE_bool("help", False, "show this and exit", **shared)
    flags.DEFINE_string("recipe", "mdr", "name of a recipe; --recipe=list shows them", **shared)
    flags.DEFINE_string(
        "data",
        "demo",
        "demo, a file or a directory of files as SIGMORPHON or UniMorph publish them, or "
        "sigmorphon2016; for --task=text demo, a file, or a directory with train.txt and valid.txt",
        **shared,
    )
    flags.DEFINE_string(
        "dev",
        None,
        "file of development examples; default: the one beside the training file, or a tenth of "
        "its words or sentences",
        **shared,
    )
    flags.DEFINE_string(
        "language",
        None,
        "language of the files of a directory; default: the only one, or turkish",
        **shared,
    )
    flags.DEFINE_enum(
        "task",
        "auto",
        [*FORMATS, "reinflection", "text"],
        "text: sentences, one a line, that are to be reproduced; else reinflection, by the "
        f"{FORMAT_HELP}; reinflection is auto",
        **shared,
    )
    flags.DEFINE_multi_enum(
        "added_tasks",
        [],
        ["1", "2", "3"],
        "task whose training file is added; may be repeated",
        **shared,
    )
    flags.DEFINE_multi_string(
        "unlabeled",
        [],
        "file of words without features, one a line, for a recipe such as msved; may be repeated",
        **shared,
    )
    flags.DEFINE_integer(
        "epochs",
        None,
        "most epochs; default: the recipe's, 12 for the demo",
        lower_bound=1,
        **shared,
    )
    flags.DEFINE_integer(
        "seed", 0, "seed of weights, batches and noise", lower_bound=0, upper_bound=10**9, **shared
    )
    flags.DEFINE_string("output_dir", None, "run directory; default: runs/RECIPE", **shared)
    flags.DEFINE_enum(
        "strategy", "auto", ["auto", "single", "mirrored", "multiworker"], "devices", **shared
    )
    flags.DEFINE_integer(
        "logical_cpus",
        0,
        "replicas of --strategy=mirrored without a GPU",
        lower_bound=0,
        **shared,
    )
    flags.DEFINE_multi_string(
        "set", [], "override of a setting: --set latent_dim=32, --set rate_term.rate_nats=30",
        **shared,
    )  # fmt: skip
    flags.DEFINE_string(
        "cure",
        None,
        "directory of a run that kvc-diagnose --why has explained: train it again with the first "
        "remedy, on its data; default of output_dir: the run's with -cured",
        **shared,
    )
    flags.DEFINE_bool("resume", False, "go on with the run in output_dir", **shared)
    flags.DEFINE_bool("overwrite", False, "replace the run in output_dir", **shared)
    flags.DEFINE_float(
        "max_minutes",
        None,
        "stop training after this many minutes; default: no limit",
        lower_bound=0.0,
        **shared,
    )
    flags.DEFINE_float(
        "held_out",
        0.0,
        "share of the development examples that choose nothing: figures to report, in metrics.json",
        lower_bound=0.0,
        **shared,
    )
    flags.DEFINE_enum(
        "verbose",
        "1",
        ["0", "1", "2"],
        "0 silent, 1 progress bar on a terminal, else and with 2 a line an epoch",
        **shared,
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
    own_process = argv is None
    argv = sys.argv if own_process else ["kvc-train", *argv]
    values = arguments()
    try:
        _, *rest = values(argv)
    except flags.Error as error:
        return f"kvc-train: {error}"
    if values.help:
        print(f"{__doc__}\n\nflags:\n{values.get_help(prefix='  ').split(chr(10), 2)[2]}")
        return 0
    if rest:
        hint = f" Did you mean --set {rest[0]}?" if "=" in rest[0] else ""
        return f"kvc-train: unknown argument {rest[0]!r}; all options begin with --.{hint}"
    try:
        if values.recipe == "list":
            names = recipes.recipes()
            print("\n".join(f"{name:24s}{recipes.recipe(name).summary}" for name in names))
            return 0
        return _train(recipes, values, own_process)
    except KeyboardInterrupt:
        if not own_process:
            raise
        print(f"kvc-train: interrupted; go on with: {resume_command()}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        raise  # not for the next line: a reader that has gone is no error
    except (ValueError, OSError, RuntimeError, ArithmeticError) as error:
        return f"kvc-train: {error}"


def _train(recipes, values, own_process):
    default = f"{values.cure.rstrip('/')}-cured" if values.cure else f"runs/{values.recipe}"
    output_dir = pathlib.Path(values.output_dir or default)
    if own_process:
        _end_in_one_line(output_dir, values.resume)
    check_flags(values, output_dir)
    recipe = cured_run(values) if values.cure else chosen_recipe(recipes, values)
    from keras_vae_collapse.training.description import check_training

    task = chosen_task(values, recipe)
    options = chosen_options(values)
    if values.strategy != "multiworker":  # whose chief alone may look at the folder
        finished = check_training(recipe, task, output_dir, options)
        if finished:
            print(
                f"{output_dir} is finished: {finished}. Nothing was done; more --epochs or "
                "--max_minutes go on, --overwrite begins again"
            )
            return 0
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    from keras_vae_collapse.training import train
    from keras_vae_collapse.training.cure import before_and_after
    from keras_vae_collapse.training.summary import training_summary

    run = train(recipe, task, output_dir, options)
    if run.model is not None:  # the chief of a cluster has written it
        _write_page(output_dir, recipes)
        print(training_summary(task, run))
        if values.cure:
            print(f"\n{before_and_after(values.cure, run.metrics)}")
    ended_by = run.metrics["ended_by"]
    if not ended_by.startswith("SIG"):
        return 0
    print(f"kvc-train: interrupted; go on with: {resume_command()}", file=sys.stderr)
    return 128 + signal.Signals[ended_by]


def _write_page(output_dir, recipes):
    """The page of the run; whatever is wrong with it, the run itself is complete."""
    from keras_vae_collapse.training.report import write_run_page

    try:
        write_run_page(output_dir, recipes)
    except (OSError, ValueError, LookupError, RuntimeError) as error:
        print(f"kvc-train: no report.html: {error}", file=sys.stderr)


def _end_in_one_line(output_dir, resume):
    """Ctrl-C ends this process in one line, and says how to go on."""

    def begun():
        try:
            return (output_dir / "config.json").stat().st_mtime_ns
        except OSError:
            return None

    before = begun()

    def message():
        if resume or begun() != before:
            return f"kvc-train: interrupted; go on with: {resume_command()}"
        return f"kvc-train: interrupted before training; start again with: {this_command()}"

    def may_finish():
        checkpoints = (output_dir / "checkpoints").glob("epoch-*.npz")
        return any(path.stem != "epoch-00000" for path in checkpoints)

    end_in_one_line(message, may_finish)

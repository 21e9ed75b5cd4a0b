"""Accuracy on words that training has not seen, by cross-validation within the training file.

    python -m zoo.cross_validate --recipe=best --data=DIR --language=german --output_dir=DIR

The training examples are divided into folds that share no word, a recipe is trained on all but
one fold, and judged on the words of that one; no development file is used. Each fold is a data
set in `data/fold-N` and a run in `fold-N`. Stopped and started again with the same options it
goes on: a finished fold is not repeated, an unfinished one is resumed. `folds.md`, `folds.json` and
`errors.tsv`, the wrong forms with the kind of each error, are written anew after every fold, of
those that are done. `--fold` trains some of them only.
"""

import argparse
import json
import pathlib
import shlex
import sys

import zoo
from keras_vae_collapse.commands.command import add_format, file_format, print_paths
from keras_vae_collapse.core.console import run_command
from zoo.cross_validation_report import write_report
from zoo.job import is_done, run_apart
from zoo.plan import PlannedRun


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("zoo.cross_validate", description=__doc__.partition("\n")[0])
    parser.add_argument("--recipe", default="best", help="name of a recipe")
    parser.add_argument("--set", action="append", default=[], help="field=value, as for kvc-train")
    parser.add_argument("--data", default="demo", help="as for kvc-train")
    parser.add_argument("--language", help="as for kvc-train")
    add_format(parser)
    parser.add_argument(
        "--added_tasks", action="append", type=int, default=[], choices=[1, 2, 3],
        help="as for kvc-train",
    )  # fmt: skip
    parser.add_argument("--folds", type=int, default=5, help="how many folds")
    parser.add_argument(
        "--fold", action="append", type=int, default=[], help="number of a fold to train, from 0"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the folds and of every run")
    parser.add_argument("--epochs", type=int, help="default: the recipe's")
    parser.add_argument("--max_minutes", type=float, help="minutes of training of each fold")
    parser.add_argument("--output_dir", required=True, help="where data, runs and table go")
    return parser


def main(argv=None):
    """Runs the command; returns its exit code."""
    return run_command("cross_validate", lambda: _cross_validate(argv))


def _cross_validate(argv):
    options = arguments().parse_args(argv)
    recipe = zoo.override(zoo.recipe(options.recipe), options.set)
    output = pathlib.Path(options.output_dir).resolve()
    chosen = options.fold or list(range(options.folds))
    for number in chosen:
        if not 0 <= number < options.folds:
            raise ValueError(
                f"--fold must lie in [0, {options.folds - 1}]. Received: --fold={number}"
            )
    from keras_vae_collapse.tasks.reinflection.fold_files import FoldData

    data = FoldData(
        options.data,
        options.language,
        file_format(options.task),
        options.added_tasks,
        options.folds,
        options.seed,
    )
    print(
        f"{options.folds} folds of {', '.join(f'{n:,}' for n in data.rows)} rows, "
        f"{data.dropped:,} rows dropped that join words of two",
        flush=True,
    )
    command = ["-m", "zoo.cross_validate", *(sys.argv[1:] if argv is None else argv)]
    described = {
        "command": shlex.join(["python", *command]), "recipe": recipe.name, "seed": options.seed,
        "folds": options.folds, "rows": data.rows, "dropped": data.dropped,
    }  # fmt: skip
    files = {"language": data.language, "task": data.task, "added_tasks": data.added_tasks}
    try:
        for number in chosen:
            directory = output / f"fold-{number}"
            folder = data.write(number, output / "data" / f"fold-{number}")
            if not is_done(directory, recipe, options.epochs):
                source = {
                    "data": str(folder), "dev": None, "language": data.language,
                    "task": str(data.task), "added_tasks": list(data.added_tasks),
                }  # fmt: skip
                epochs = options.epochs or recipe.epochs
                run = PlannedRun(
                    "folds", directory.name, {}, None, recipe, source, epochs, options.seed
                )
                run_apart(directory, run, {"command": command, "max_minutes": options.max_minutes})
            dev = json.loads((directory / "metrics.json").read_text(encoding="utf-8"))["dev"]
            print(f"fold {number}: accuracy {dev['accuracy']:.4f}", flush=True)
            paths = write_report(output, described, files)
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 130
    print((output / "folds.md").read_text(encoding="utf-8"))
    print_paths(paths)
    return 0


if __name__ == "__main__":
    sys.exit(main())

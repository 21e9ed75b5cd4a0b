"""Makes the trainings of a plan, and their table and pictures.

    kvc-compare PLAN.json --output_dir=DIR
    kvc-compare --recipes=base,mdr --seeds=0,1,2 --data=DIR --output_dir=DIR

Stopped and started again with the same plan it goes on: finished trainings are not repeated, an
unfinished one is resumed, one that failed is tried again. A row of `runs.tsv` stands for its
training, should the folder be gone (as on another machine); a changed command makes another row.
`PROGRESS.md`, table and pictures are written anew after every training, of those that are done.
Development data alone is used, with `held_out` in the plan a part that has chosen nothing; decoding
is greedy from the posterior mean. `--redraw` makes table and pictures of `runs.tsv` alone.
"""

import pathlib
import shlex
import sys

from keras_vae_collapse.commands.command import Parser, add_format
from keras_vae_collapse.core.console import run_command
from zoo.comparison_report import write_report
from zoo.job import is_done
from zoo.plan import planned_runs, read_plan
from zoo.plan_progress import Progress
from zoo.runners import run_here, run_on_ray
from zoo.runs_file import read_rows, row_of, rows_by_command, write_rows


def arguments():
    """The parser of the command line."""
    parser = Parser("kvc-compare", description=__doc__.partition("\n")[0])
    parser.add_argument("plan", nargs="?", help="plan file, see zoo/plan.py; else the flags below")
    parser.add_argument(
        "--recipes", default="all", help="names joined by commas, or all, those of one method"
    )
    parser.add_argument("--seeds", default="0,1,2", help="integers joined by commas")
    parser.add_argument(
        "--targets",
        default="",
        help="nats, joined by commas: further runs of each method that has a target rate",
    )
    parser.add_argument("--target_seeds", default="0", help="seeds of the runs at --targets")
    parser.add_argument("--data", default="demo", help="as for train.py")
    parser.add_argument("--dev", help="as for train.py")
    parser.add_argument("--language", help="as for train.py")
    add_format(parser)
    parser.add_argument("--epochs", type=int, help="the same for all; default: each recipe's")
    parser.add_argument(
        "--schedule_length",
        type=float,
        default=1.0,
        help="multiplies the length of schedules and of pretraining, for shorter trainings",
    )
    parser.add_argument("--set", action="append", default=[], help="field=value for every recipe")
    parser.add_argument("--output_dir", required=True, help="where runs, table, pictures go")
    parser.add_argument("--max_minutes", type=float, help="minutes of training of each run")
    parser.add_argument("--workers", type=int, default=1, help="trainings at a time")
    parser.add_argument("--ray", action="store_true", help="spread the runs over a Ray cluster")
    parser.add_argument("--redraw", action="store_true", help="table and pictures of runs.tsv")
    return parser


def plan_of(options):
    """The trainings that a command line asks for, those of its plan or of its flags, and claims.

    All recipes with the first seed come first, so that a comparison that is stopped early has a
    whole table.

    Raises:
        RecipeError: an unknown recipe or an impossible override.
        ValueError: a plan that is none, or a list that holds something else than numbers.
    """
    if options.plan:
        return read_plan(options.plan)
    shared = ("data", "dev", "language", "task", "epochs", "schedule_length", "set")
    recipes = "all" if options.recipes == "all" else options.recipes.split(",")
    parts = [{"part": "recipes", "recipes": recipes, "seeds": _numbers(options.seeds, int)}]
    if targets := _numbers(options.targets, float):
        seeds = _numbers(options.target_seeds, int)
        parts.append({"part": "targets", "recipes": recipes, "rates": targets, "seeds": seeds})
    plan = {**{name: getattr(options, name) for name in shared}, "parts": parts}
    return planned_runs(plan), []


def _numbers(text, kind):
    try:
        return [kind(part) for part in text.split(",") if part]
    except ValueError as error:
        raise ValueError(f"expected numbers joined by commas. Received: {text!r}") from error


def main(argv=None):
    """Runs the command; returns its exit code."""
    return run_command("compare", lambda: _compare(argv))


def _compare(argv):
    options = arguments().parse_args(argv)
    output = pathlib.Path(options.output_dir).resolve()
    words = ["-m", "zoo.compare", *(sys.argv[1:] if argv is None else argv)]
    command = shlex.join(["python", *words])
    if options.redraw:
        claims = read_plan(options.plan)[1] if options.plan else []
        _print_paths(write_report(output, read_rows(output / "runs.tsv"), command, claims))
        return 0
    if options.workers < 1:
        raise ValueError(f"--workers must be at least 1. Received: {options.workers}")
    planned, claims = plan_of(options)
    folders = {}  # of each training that differs, in order
    for run in planned:
        folders.setdefault(run.key, (_free(run.name, folders, output / "runs"), run))
    earlier = rows_by_command(output / "runs.tsv")
    waiting = [
        (folder, run)
        for folder, run in folders.values()
        if not is_done(folder, run.recipe, run.epochs, run.data["held_out"])
        and run.command not in earlier
    ]
    print(f"{len(folders)} runs, {len(folders) - len(waiting)} of them done", flush=True)
    progress = Progress(output / "PROGRESS.md", len(waiting))

    def report():
        rows = [row_of(run, folders[run.key][0], earlier.get(run.command)) for run in planned]
        progress.write(planned, rows, folders)
        return write_report(output, write_rows(output / "runs.tsv", rows), command, claims)

    job_options = {"command": words, "max_minutes": options.max_minutes, "ray": options.ray}
    runner = run_on_ray if options.ray else run_here
    try:
        for folder, failure in runner(waiting, job_options, options.workers):
            print(progress.line(folder, failure), flush=True)
            report()
        paths = report()
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 130
    _print_paths([progress.path, *paths])
    return int(bool(progress.failures))


def _free(name, folders, parent):
    """A folder that no other training has; two parts may call different trainings alike."""
    taken = {folder for folder, _ in folders.values()}
    numbers = (f"{name}-{number}" if number > 1 else name for number in range(1, len(taken) + 2))
    return next(parent / name for name in numbers if parent / name not in taken)


def _print_paths(paths):
    print("\n".join(["written:", *(f"  {path}" for path in paths)]))


if __name__ == "__main__":
    sys.exit(main())

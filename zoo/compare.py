"""Trains many recipes with many seeds and writes one table and two pictures.

    python -m zoo.compare --recipes=base,mdr --seeds=0,1,2 --data=DIR --output_dir=DIR

Stopped and started again with the same options it goes on: finished runs are not repeated,
an unfinished one is resumed. Table and pictures are written anew after every run, of those that
are done. Development data alone is used, decoding is greedy from the posterior mean.
"""

import argparse
import json
import multiprocessing
import pathlib
import shlex
import signal
import sys
import time

import zoo
from keras_vae_collapse.commands.command import add_format, file_format
from keras_vae_collapse.core.console import plain_messages, run_command
from zoo.comparison_report import write_report
from zoo.schedule_length import with_schedule_length
from zoo.targets import has_target, with_target


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("kvc-compare", description=__doc__)
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
    parser.add_argument("--max_minutes", type=float, help="minutes of training of each run")
    parser.add_argument(
        "--schedule_length",
        type=float,
        default=1.0,
        help="multiplies the length of schedules and of pretraining, for shorter trainings",
    )
    parser.add_argument("--set", action="append", default=[], help="field=value for every recipe")
    parser.add_argument("--output_dir", required=True, help="where runs, table, pictures go")
    parser.add_argument("--ray", action="store_true", help="spread the runs over a Ray cluster")
    return parser


def jobs(options):
    """What is to be run: a list of `(name, recipe, seed)`.

    All recipes with the first seed come first, so that a comparison that is stopped early has a
    whole table.

    Raises:
        RecipeError: an unknown recipe or an impossible override.
        ValueError: a list that holds something else than numbers, or an impossible length.
    """
    one_method = [name for name in zoo.recipes() if name != "best"]
    names = one_method if options.recipes == "all" else options.recipes.split(",")
    chosen = [
        with_schedule_length(zoo.override(zoo.recipe(name), options.set), options.schedule_length)
        for name in names
    ]
    listed = [(r.name, r, seed) for seed in _numbers(options.seeds, int) for r in chosen]
    for nats in _numbers(options.targets, float):
        for recipe in filter(has_target, chosen):
            aimed = with_target(recipe, nats)
            if aimed == recipe:
                continue
            for seed in _numbers(options.target_seeds, int):
                listed.append((f"{recipe.name}@{nats:g}", aimed, seed))
    return listed


def _numbers(text, kind):
    try:
        return [kind(part) for part in text.split(",") if part]
    except ValueError as error:
        raise ValueError(f"expected numbers joined by commas. Received: {text!r}") from error


def _is_done(directory, recipe, epochs):
    """Whether a run is there; another recipe or length under its name is an error."""
    if not (directory / "metrics.json").is_file():
        return False
    config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    # A field that came later has its default in older runs, and `auto` is what the task made of it.
    default = zoo.Recipe(recipe.name, recipe.paper, recipe.summary).to_config()
    found = {**default, **zoo.Recipe.from_config(config["recipe"]).to_config()}
    wanted = recipe.to_config()
    if recipe.augmentation == "auto":
        wanted["augmentation"] = found["augmentation"]
    if (found, config["epochs"]) != (wanted, epochs or recipe.epochs):
        raise ValueError(
            f"the run in {directory} was made with other settings than asked for now; remove it "
            "or choose another --output_dir"
        )
    return True


def run_job(directory, recipe, seed, options):
    """Trains one recipe in this process, quietly, resuming what is there."""
    from keras_vae_collapse.tasks import ReinflectionTask
    from keras_vae_collapse.training.process import prepare_process

    prepare_process(cores=1 if options["ray"] else 2)
    from keras_vae_collapse.training import train

    train(
        recipe,
        ReinflectionTask(
            options["data"],
            options["language"],
            file_format(options["task"]),
            dev=options["dev"],
        ),
        directory,
        epochs=options["epochs"],
        seed=seed,
        resume=True,
        max_minutes=options["max_minutes"],
        verbose=0,
        command=options["command"],
        finish_interrupted=False,
        export=False,
    )


def _run_child(*job):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends this one
    try:
        with plain_messages():
            run_job(*job)
    except KeyboardInterrupt:
        sys.exit(130)


def _run_apart(directory, recipe, seed, options):
    # Each run in a process of its own: TensorFlow's state and memory end with it.
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_run_child, args=(directory, recipe, seed, options))
    process.start()
    try:
        process.join()
    except KeyboardInterrupt:
        process.terminate()
        process.join(60)
        process.kill()
        raise
    if process.exitcode:
        raise RuntimeError(f"the run in {directory} ended with exit code {process.exitcode}")


def _run_on_ray(waiting, options):
    try:
        import ray
    except ImportError as error:
        raise RuntimeError("--ray needs Ray: pip install 'keras-vae-collapse[cluster]'") from error
    ray.init(ignore_reinit_error=True, log_to_driver=False)
    remote = ray.remote(num_cpus=1, max_calls=1)(run_job)
    pending = {
        remote.remote(str(directory), recipe, seed, options): name
        for name, directory, recipe, seed in waiting
    }
    while pending:
        (done,), _ = ray.wait(list(pending), num_returns=1)
        ray.get(done)
        yield pending.pop(done)


def _run_here(waiting, options):
    for name, directory, recipe, seed in waiting:
        _run_apart(str(directory), recipe, seed, options)
        yield name


def main(argv=None):
    """Runs the command; returns its exit code."""
    return run_command("compare", lambda: _compare(argv))


def _compare(argv):
    options = arguments().parse_args(argv)
    output = pathlib.Path(options.output_dir).resolve()
    try:
        listed = [
            (f"{n}-seed{s}", output / "runs" / f"{n}-seed{s}", r, s) for n, r, s in jobs(options)
        ]
        waiting = [job for job in listed if not _is_done(*job[1:3], options.epochs)]
        print(f"{len(listed)} runs, {len(listed) - len(waiting)} of them done", flush=True)
        options.command = ["-m", "zoo.compare", *(sys.argv[1:] if argv is None else argv)]
        command = shlex.join(["python", *options.command])
        start = time.monotonic()
        runner = _run_on_ray if options.ray else _run_here
        for count, name in enumerate(runner(waiting, vars(options)), start=1):
            elapsed = time.monotonic() - start
            left = elapsed / count * (len(waiting) - count)
            metrics = json.loads((output / "runs" / name / "metrics.json").read_text())["dev"]
            print(
                f"[{count}/{len(waiting)}] {name}: accuracy {metrics['accuracy']:.4f}, "
                f"rate {metrics['rate_nats']:.2f} nats; {elapsed / 60:.1f} min so far, "
                f"about {left / 60:.0f} min left",
                flush=True,
            )
            write_report(output, [job[:2] for job in listed], command)
        paths = write_report(output, [job[:2] for job in listed], command)
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 130
    print("\n".join(["written:", *(f"  {path}" for path in paths)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())

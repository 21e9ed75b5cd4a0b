"""One training of a recipe as a job of several: whether it is done, and how it is run."""

import json
import multiprocessing
import pathlib
import signal
import sys
import traceback

import zoo
from keras_vae_collapse.commands.command import file_format
from keras_vae_collapse.core.console import plain_messages
from keras_vae_collapse.core.files import write_text

# Of a run's folder: a digit for each example held out, 1 where the output is right.
RIGHT = "right.txt"


def is_done(directory, recipe, epochs, held_out=0.0):
    """Whether a run is there; another recipe, length or part held out is an error.

    Raises:
        ValueError: the run was made with other settings.
    """
    if not (directory / "metrics.json").is_file():
        return False
    config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    # A field that came later has its default in older runs; what the recipe leaves to the task is
    # what the task made of it.
    default = zoo.Recipe(recipe.name, recipe.paper, recipe.summary).to_config()
    found = {**default, **zoo.Recipe.from_config(config["recipe"]).to_config()}
    wanted = recipe.to_config()
    for name in ("augmentation", "tokens", "vocabulary_limit", "length_limit"):
        if wanted[name] == default[name]:
            wanted[name] = found[name]
    made = found, config["epochs"], config.get("held_out", 0.0)
    if made != (wanted, epochs or recipe.epochs, held_out):
        raise ValueError(
            f"the run in {directory} was made with other settings than asked for now; remove it "
            "or choose another --output_dir"
        )
    return True


def run_job(folder, run, options):
    """Makes one training in this process, quietly, resuming what is there.

    Args:
        folder: the run directory.
        run: a `PlannedRun`.
        options: a dictionary: `cores` that it may use, `max_minutes` and `command` as for `train`.
    """
    from keras_vae_collapse.training.process import prepare_process

    prepare_process(cores=options.get("cores", 2))
    from keras_vae_collapse.tasks.registry import reinflection_task, text_task
    from keras_vae_collapse.training import train
    from keras_vae_collapse.training.held_out import hold_out

    data = run.data
    if data["task"] == "text":
        task = text_task(run.recipe, data["data"], data["dev"])
    else:
        task = reinflection_task(
            run.recipe,
            data["data"],
            data["language"],
            file_format(data["task"]),
            data["added_tasks"],
            data["dev"],
        )
    train(
        run.recipe,
        task,
        folder,
        epochs=run.epochs,
        seed=run.seed,
        resume=True,
        max_minutes=options.get("max_minutes"),
        verbose=0,
        command=options["command"],
        finish_interrupted=False,
        export=False,
        held_out=data.get("held_out", 0.0),
    )
    if data.get("held_out", 0.0):
        _, examples = hold_out(task, data.get("held_out", 0.0))
        table = (folder / "predictions-held_out.tsv").read_text(encoding="utf-8")
        # Other separators of lines than this one may stand within a sentence.
        outputs = [line.rpartition("\t")[2] for line in table.removesuffix("\n").split("\n")]
        pairs = zip(examples, outputs, strict=True)
        write_text(folder / RIGHT, "".join("01"[task.gold(e) == output] for e, output in pairs))


def run_child(folder, run, options):
    """`run_job` as all that a process does; a failure is written to `failure.txt` of its folder."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends this one
    record = pathlib.Path(folder) / "failure.txt"
    try:
        record.unlink(missing_ok=True)
        with plain_messages():
            run_job(folder, run, options)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(traceback.format_exc(), encoding="utf-8")
        sys.exit(1)


def run_apart(folder, run, options):
    """As `run_job`, in a process of its own: TensorFlow's state and memory end with it.

    Raises:
        RuntimeError: it failed.
    """
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=run_child, args=(folder, run, options))
    process.start()
    try:
        process.join()
    except KeyboardInterrupt:
        process.terminate()
        process.join(60)
        process.kill()
        raise
    if process.exitcode:
        raise RuntimeError(
            f"the run in {folder} ended with exit code {process.exitcode}; see its failure.txt"
        )

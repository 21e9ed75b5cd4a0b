"""Trains the methods on sentences, scores them, and makes their table anew.

    python -m zoo.sentences --ptb=DIR --yelp=DIR --output_dir=DIR

Each DIR has `train.txt` and `valid.txt`, or names such as `ptb.train.txt`: the Penn Treebank as
Mikolov made it, and short Yelp reviews (Shen et al. 2017, arXiv:1705.09655), the files of both
sentiments one after the other. Stopped and started again with the same flags it goes on: a
training where it was, a score with the next run. All methods come first with the first seed.
After every run the rows go to `results/sentences.tsv` and the tables to the section "Sentences"
of `RESULTS.md`, both in `--results`.
"""

import dataclasses
import pathlib
import shlex
import subprocess
import sys

from keras_vae_collapse.commands.command import Parser
from keras_vae_collapse.core.console import run_command
from zoo.job import is_done
from zoo.plan import planned_runs
from zoo.runners import run_here
from zoo.sentence_sizes import SIZES
from zoo.sentences_report import row_of, scores_of, title_of, write_results

# Of those that aim at a rate; about what the KL of the usual benchmark comes to (He et al. 2019).
RATE_NATS = 8.0
AIMED = ("free_bits", "bn_vae", "mdr", "char_dropout_mdr", "control_vae", "soft_free_bits")
OTHERS = ("base", "kl_linear", "kl_cyclical", "char_dropout")
# Pressed onto the prior from the first steps on, a latent of one dimension is a number of noise:
# what is left of the model is its decoder, a language model.
LANGUAGE_MODEL = {"latent": {"language model": ["latent_dim=1", "rate_term.weight=100.0"]}}


def arguments():
    """The parser of the command line."""
    parser = Parser("zoo.sentences", description=__doc__.partition("\n")[0])
    parser.add_argument("--ptb", help="directory of the Penn Treebank, Mikolov's files")
    parser.add_argument("--yelp", help="directory of short Yelp reviews")
    parser.add_argument("--size", choices=sorted(SIZES), default="ptb", help="of all models")
    parser.add_argument("--seeds", default="0,1,2", help="integers joined by commas")
    parser.add_argument("--methods", help="names joined by commas; default: all")
    parser.add_argument("--epochs", type=int, default=20, help="most epochs of each training")
    parser.add_argument("--num_samples", type=int, default=500, help="samples of each for the NLL")
    parser.add_argument("--set", action="append", default=[], help="field=value for every recipe")
    parser.add_argument("--workers", type=int, default=1, help="trainings at a time")
    parser.add_argument("--output_dir", required=True, help="where runs go")
    parser.add_argument(
        "--results",
        default=str(pathlib.Path(__file__).parent),
        help="folder of RESULTS.md; default: the zoo",
    )
    return parser


def planned(options):
    """The trainings that the flags ask for, a list of `PlannedRun`.

    Raises:
        RecipeError: an impossible setting.
        ValueError: there is no corpus, or no such method.
    """
    corpora = {"Penn Treebank": options.ptb, "Yelp, short reviews": options.yelp}
    parts, seeds = [], [int(seed) for seed in options.seeds.split(",")]
    for title, folder in corpora.items():
        if folder is None:
            continue
        shared = {"data": folder, "seeds": seeds}
        language_model = {"recipes": ["base"], "axes": LANGUAGE_MODEL}
        others, aimed = {"recipes": list(OTHERS)}, {"recipes": list(AIMED), "rates": [RATE_NATS]}
        for number, part in enumerate((language_model, others, aimed), start=1):
            parts.append({"part": f"{title}/{number}", **shared, **part})
    if not parts:
        raise ValueError("name a corpus: --ptb=DIR or --yelp=DIR")
    settings = [*SIZES[options.size], "patience=5", *options.set]
    runs = planned_runs({"task": "text", "epochs": options.epochs, "set": settings, "parts": parts})
    runs = [dataclasses.replace(r, method=r.method.removeprefix("base, ")) for r in runs]
    if options.methods:
        wanted, known = options.methods.split(","), {run.method for run in runs}
        if unknown := sorted(set(wanted) - known):
            raise ValueError(f"no method {unknown[0]!r}. Methods: {'; '.join(sorted(known))}")
        runs = [run for run in runs if run.method in wanted]
    order = {run.seed: number for number, run in reversed(list(enumerate(runs)))}
    return sorted(runs, key=lambda run: order[run.seed])


def folder_of(run, output):
    """The run directory of a `PlannedRun`."""
    return output / "runs" / f"{title_of(run).split(',')[0].replace(' ', '-').lower()}-{run.name}"


def score(folder, num_samples):
    """Scores a finished run in a process of its own, once; its figures are kept beside it.

    Raises:
        RuntimeError: the command failed.
    """
    path = scores_of(folder, num_samples)
    if path.is_file():
        return
    command = [sys.executable, "-m", "keras_vae_collapse.evaluate", f"--model_dir={folder}"]
    flags = [f"--num_samples={num_samples}", f"--json={path}"]
    done = subprocess.run([*command, *flags], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{folder.name} cannot be scored: {done.stderr.strip()}")


def main(argv=None):
    """Runs the command; returns its exit code."""
    return run_command("sentences", lambda: _make(argv))


def _make(argv):
    options = arguments().parse_args(argv)
    output = pathlib.Path(options.output_dir).resolve()
    words = ["-m", "zoo.sentences", *(sys.argv[1:] if argv is None else argv)]
    folders = {folder_of(run, output): run for run in planned(options)}

    def finish(folder):
        score(folder, options.num_samples)
        rows = [row_of(run, place, options.num_samples) for place, run in folders.items()]
        rows = [row for row in rows if row is not None]
        command = shlex.join(["python", *words])
        return write_results(pathlib.Path(options.results), rows, command)

    done = [folder for folder, run in folders.items() if is_done(folder, run.recipe, run.epochs)]
    waiting = [job for job in folders.items() if job[0] not in done]
    print(f"{len(folders)} runs, {len(done)} of them done", flush=True)
    failed = 0
    try:
        for folder in done:
            finish(folder)
        for folder, failure in run_here(waiting, {"command": words}, options.workers):
            print(f"{folder.name}: {failure or 'trained'}", flush=True)
            failed += failure is not None
            if failure is None:
                print(f"written: {finish(folder)}", flush=True)
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 130
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

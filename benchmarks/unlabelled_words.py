"""What words without labels add: a table of languages, numbers of labels and kinds of words.

    python benchmarks/unlabelled_words.py --data=FOLDER --output_dir=runs/words --epochs=20

For each language and number of labelled pairs, the same recipe and steps

    none     on the pairs alone,
    words    with the words of the training files of tasks 1 and 2, features removed,
    plain    with the same words, autoencoded without a guess of their features,
    copies   with the words of the labelled pairs themselves in their place.

Words that are targets of the development set are left out of the lists (their numbers are in the
table). Runs are made one after the other with `train.py --resume`; a table of those that are done
is written after each. So the command can be stopped and given again at any time. `--list` shows
the commands and runs nothing.
"""

import argparse
import contextlib
import io
import json
import pathlib
import shlex
import subprocess
import sys

_ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

KINDS = ("none", "words", "plain", "copies")
_PLAIN = "unlabeled={'class': 'PlainAutoencoding', 'weight': %r}"


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("unlabelled_words", description=__doc__)
    parser.add_argument("--data", required=True, help="folder of SIGMORPHON 2016")
    parser.add_argument("--output_dir", required=True, help="folder of the runs and the table")
    parser.add_argument("--recipe", default="msved", help="a recipe with a part `unlabeled`")
    parser.add_argument("--languages", default="turkish,finnish,navajo,german")
    parser.add_argument("--labels", default="500,1000,3000,0", help="numbers of pairs, 0 for all")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--epochs", type=int, help="of each run; default: the recipe's")
    parser.add_argument("--set", action="append", default=[], help="as for train.py")
    parser.add_argument("--list", action="store_true", help="show the commands only")
    return parser


def jobs(options):
    """`(name, language, labels, kind, seed)` of every run, whole tables of a seed first."""
    return [
        (f"{language}-{labels or 'all'}-{kind}-seed{seed}", language, labels, kind, seed)
        for seed in options.seeds.split(",")
        for language in options.languages.split(",")
        for labels in map(int, options.labels.split(","))
        for kind in options.kinds.split(",")
    ]


def word_file(options, language, labels, kind):
    """The list of words of a run, written if it is not there; `None` for `none`."""
    from keras_vae_collapse.commands.word_list import main

    if kind == "none":
        return None
    folder = pathlib.Path(options.output_dir) / "lists"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{language}-{labels or 'all'}-copies" if kind == "copies" else language
    path = folder / f"{name}.txt"
    if not path.exists():
        command = [f"--data={options.data}", f"--language={language}", "--task=3"]
        command += [f"--labelled={labels}"] if kind == "copies" else []
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            if main([*command, f"--output={path}"]):
                raise SystemExit(f"no list of words for {language}")
        path.with_suffix(".log").write_text(said.getvalue(), encoding="utf-8")
    return path


def command(options, name, language, labels, kind, seed, words):
    """The words of the command that makes or goes on with a run."""
    import zoo

    directory = pathlib.Path(options.output_dir) / name
    given = [
        sys.executable, str(_ROOT / "train.py"), f"--recipe={options.recipe}",
        f"--data={options.data}", f"--language={language}", "--task=3", f"--seed={seed}",
        f"--output_dir={directory}", f"--set=labelled={labels}", "--verbose=2",
        *(f"--set={setting}" for setting in options.set),
    ]  # fmt: skip
    if kind == "plain":
        weight = zoo.override(zoo.recipe(options.recipe), options.set).unlabeled["weight"]
        given.append(f"--set={_PLAIN % (weight,)}")
    given += [f"--unlabeled={words}"] if words else []
    given += [f"--epochs={options.epochs}"] if options.epochs else []
    return given + (["--resume"] if (directory / "config.json").is_file() else [])


def table(options):
    """The runs that are done as lines of Markdown."""
    lines = [
        "| language | labels | words | run | accuracy | unseen | Levenshtein | features right |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, language, _, kind, seed in jobs(options):
        directory = pathlib.Path(options.output_dir) / name
        if not (directory / "metrics.json").is_file():
            continue
        config, metrics = (
            json.loads((directory / f"{part}.json").read_text(encoding="utf-8"))
            for part in ("config", "metrics")
        )
        figures, data = metrics["dev"], config["data"]
        unseen = figures.get("unseen", {}).get("accuracy")
        right = figures.get("analysis", {}).get("accuracy")
        cells = [
            language, f"{data['train_examples']:,}", f"{data.get('unlabelled_words', 0):,}",
            f"{kind}, seed {seed}", f"{figures['accuracy']:.4f}",
            "" if unseen is None else f"{unseen:.4f}", f"{figures['levenshtein']:.3f}",
            "" if right is None else f"{right:.4f}",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    logs = sorted((pathlib.Path(options.output_dir) / "lists").glob("*.log"))
    lists = [path.read_text(encoding="utf-8").strip() for path in logs]
    return "\n".join([*lines, "", *(f"- {text}" for text in lists), ""])


def main():
    options = arguments().parse_args()
    output = pathlib.Path(options.output_dir)
    for job in jobs(options):
        name, language, labels, kind, _ = job
        if options.list:
            words = None if kind == "none" else output / "lists" / f"{language}.txt"
            print(shlex.join(command(options, *job, words)))
            continue
        if (output / name / "metrics.json").is_file():
            continue
        output.mkdir(parents=True, exist_ok=True)
        given = command(options, *job, word_file(options, language, labels, kind))
        with open(output / f"{name}.log", "a", encoding="utf-8") as log:
            print(shlex.join(given), file=log, flush=True)
            failed = subprocess.run(given, stdout=log, stderr=subprocess.STDOUT).returncode
        print(f"{name}: {'FAILED, see its log' if failed else 'done'}", flush=True)
        (output / "table.md").write_text(table(options), encoding="utf-8")
    if not options.list:
        print(table(options))


if __name__ == "__main__":
    main()

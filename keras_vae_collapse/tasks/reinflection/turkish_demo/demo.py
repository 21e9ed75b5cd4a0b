"""The embedded data set: Turkish noun paradigms generated from the grammar.

`python -m keras_vae_collapse.data.turkish_demo --output_dir=DIR` writes it to files in the format
of SIGMORPHON 2016. Source and target are forms of one noun. The nouns of the development part do
not occur in training, nor does any of their forms.
"""

import argparse
import pathlib
import sys

from keras_vae_collapse.core.checks import check_choice
from keras_vae_collapse.core.console import run_command
from keras_vae_collapse.core.files import write_text
from keras_vae_collapse.tasks.reinflection.example import Example
from keras_vae_collapse.tasks.reinflection.turkish_demo.nouns import NOUN_FEATURES
from keras_vae_collapse.tasks.reinflection.turkish_demo.pairs import demo_lemmas, draw_pairs

__all__ = ["demo_examples", "demo_lemmas", "main", "write_demo"]
TASKS = (1, 2, 3)


def demo_examples(
    seed=0,
    task=3,
    train_pairs=30_000,
    dev_pairs=1_000,
    dev_share=0.15,
    invented_stems=12_000,
    features=NOUN_FEATURES,
    hidden_properties=False,
):
    """Returns the data set as examples, `{"train": [Example, ...], "dev": [Example, ...]}`.

    Each pair is two different cells of one noun's paradigm, drawn uniformly without replacement;
    all nouns of a part have equally many pairs, up to one. The three tasks are views of the same
    pairs: in task 3 the source is a form, in task 2 its features are given too
    (`Example.source_features`), in task 1 the source is the citation form (repeated rows dropped).
    The order is random, so that the first rows are a fair sample.

    Args:
        seed: a non-negative integer.
        task: 1, 2 or 3.
        train_pairs: number of training pairs.
        dev_pairs: number of development pairs.
        dev_share: as for `demo_lemmas`.
        invented_stems: as for `demo_lemmas`.
        features: the feature strings to draw from, two at least, of those that
            `turkish_nouns.inflect` knows.
        hidden_properties: whether pairs are drawn too whose target hangs on an exceptional
            property that the source does not show. Of an unseen noun nobody can tell them:
            `kanatlar` has `kanadım` beside it, but `bulutlar` has `bulutum`. The other direction,
            `kanadım` to `kanatlar`, is always drawn.

    Raises:
        ValueError: for a bad value, or more pairs than there are.

    Example:

    ```python
    from keras_vae_collapse.tasks.reinflection.turkish_demo import demo_examples

    examples = demo_examples(seed=0, train_pairs=100, dev_pairs=10)
    print(examples["dev"][0])
    ```
    """
    check_choice("task", task, TASKS)
    examples = {}
    pairs = draw_pairs(
        seed, train_pairs, dev_pairs, dev_share, invented_stems, features, hidden_properties
    )
    for split, rows in pairs.items():
        if task == 1:
            rows = dict.fromkeys((citation, goal, form) for citation, _, _, goal, form in rows)
            examples[split] = [Example(*row) for row in rows]
        else:
            examples[split] = [
                Example(source, goal, form, source_features=cell if task == 2 else None)
                for _, cell, source, goal, form in rows
            ]
    return examples


def write_demo(
    directory,
    seed=0,
    overwrite=False,
    train_pairs=30_000,
    dev_pairs=1_000,
    dev_share=0.15,
    invented_stems=12_000,
    hidden_properties=False,
):
    """Writes the data set to `turkish-task1-train`, `turkish-task1-dev`, ... up to task 3.

    Each file is written under a temporary name and then renamed, so that no half-written file
    ever stands under its final name.

    Args:
        directory: folder of the files, made if missing.
        seed, train_pairs, dev_pairs, dev_share, invented_stems, hidden_properties: as for
            `demo_examples`.
        overwrite: whether files that are there are replaced.

    Returns:
        A dictionary from path to number of rows.

    Raises:
        FileExistsError: when a file is there and `overwrite` is false; nothing is written then.
    """
    directory = pathlib.Path(directory)
    names = {
        (task, split): directory / f"turkish-task{task}-{split}"
        for task in TASKS
        for split in ("train", "dev")
    }
    there = [str(path) for path in names.values() if path.exists()]
    if there and not overwrite:
        raise FileExistsError(f"Not overwritten: {', '.join(there)} (ask for it with `overwrite`)")
    written = {}
    for task in TASKS:
        examples = demo_examples(
            seed,
            task,
            train_pairs,
            dev_pairs,
            dev_share,
            invented_stems,
            hidden_properties=hidden_properties,
        )
        directory.mkdir(parents=True, exist_ok=True)
        for split, rows in examples.items():
            _write_rows(names[task, split], rows)
            written[names[task, split]] = len(rows)
    return written


def _write_rows(path, examples):
    rows = (
        (e.source, e.features, e.target)
        if e.source_features is None
        else (e.source_features, e.source, e.features, e.target)
        for e in examples
    )
    write_text(path, "".join("\t".join(row) + "\n" for row in rows))


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("keras_vae_collapse.data.turkish_demo", description=__doc__)
    parser.add_argument("--output_dir", required=True, help="folder of the files, made if missing")
    parser.add_argument("--seed", type=int, default=0, help="seed of the split and the draws")
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there")
    parser.add_argument("--train_pairs", type=int, default=30_000, help="training pairs")
    parser.add_argument("--dev_pairs", type=int, default=1_000, help="development pairs")
    parser.add_argument("--dev_share", type=float, default=0.15, help="share of nouns for dev")
    parser.add_argument(
        "--invented_stems", type=int, default=12_000, help="invented training nouns"
    )
    parser.add_argument(
        "--hidden_properties",
        action="store_true",
        help="draw pairs too that hang on a property the source does not show",
    )
    return parser


def main(argv=None):
    """Runs the command; returns its exit code."""
    return run_command("turkish_demo", lambda: _write(**vars(arguments().parse_args(argv))))


def _write(output_dir, **options):
    for path, count in write_demo(output_dir, **options).items():
        print(f"{count:6d} rows  {path}")


if __name__ == "__main__":
    sys.exit(main())

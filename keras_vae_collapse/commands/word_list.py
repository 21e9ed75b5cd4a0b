"""Lists words without features: `python -m keras_vae_collapse.commands.word_list --help`.

The words are sources and targets of training files, each once, in the order in which they come.
Targets of the development set are left out, and counted: a figure on words that training has seen
says little. With `--labelled` they are those of the labelled examples that a training with that
setting sees: copies, to compare with words that are new.
"""

import argparse
import sys

from keras_vae_collapse.commands.command import add_format, file_format
from keras_vae_collapse.core.console import run_command


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("word_list", description=__doc__)
    parser.add_argument("--data", required=True, help="directory of files, or demo")
    parser.add_argument("--language", help="of the files; default: the only one, or turkish")
    parser.add_argument(
        "--from_tasks", nargs="+", type=int, default=[1, 2], choices=[1, 2, 3],
        help="tasks whose training files have the words; default: 1 2",
    )  # fmt: skip
    parser.add_argument(
        "--labelled", type=int,
        help="the words of so many labelled examples of --task instead, 0 for all",
    )  # fmt: skip
    add_format(parser)
    parser.add_argument("--output", required=True, help="the file to write, one word a line")
    return parser


def main(argv=None):
    """Runs the command; returns its exit code."""
    return run_command("word_list", lambda: _write(arguments().parse_args(argv)))


def _write(options):
    from keras_vae_collapse.core.files import write_text
    from keras_vae_collapse.tasks.data_errors import DataError
    from keras_vae_collapse.tasks.reinflection.labelled_part import labelled_part
    from keras_vae_collapse.tasks.reinflection.load import load

    data = load(options.data, options.language, file_format(options.task))
    if options.labelled is None:
        examples = _training_examples(options, data)
    else:
        examples = labelled_part(data.train, options.labelled)
    words = list(dict.fromkeys(word for e in examples for word in e.words))
    targets = {e.target for e in data.dev}
    kept = [word for word in words if word not in targets]
    if not kept:
        raise DataError(f"no word is left: all {len(words):,} are targets of the development set")
    write_text(options.output, "".join(f"{word}\n" for word in kept))
    print(
        f"{options.output}: {len(kept):,} words; {len(words) - len(kept):,} more are targets of "
        "the development set and left out"
    )


def _training_examples(options, data):
    from keras_vae_collapse.tasks.reinflection.load import load

    return [
        example
        for task in options.from_tasks
        for example in (
            data.train if task == data.task else load(options.data, data.language, task).train
        )
    ]


if __name__ == "__main__":
    sys.exit(main())

"""Inflects words from stdin or a file: `kvc-inflect --help`.

Each line is `source<TAB>features`; the answer is a line with the form, or with
`form<TAB>log-probability` for each of the `--n_best` forms, an empty line between words. A line
that is no query is named on standard error and has an empty answer, so that answers and lines
stay side by side; the exit code is then 1. What the model never saw is counted there, too.
"""

import argparse
import codecs
import contextlib
import itertools
import sys
import warnings

from keras_vae_collapse.commands.model_dir import add_model_dir, model_folder
from keras_vae_collapse.core.console import run_command

_BATCH = 2048
_SHOWN = 5


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("kvc-inflect", description=__doc__)
    add_model_dir(parser)
    parser.add_argument("--file", default="-", help="lines source<TAB>features; - for stdin")
    parser.add_argument("--beam_width", type=int, default=1, help="hypotheses of the beam search")
    parser.add_argument("--n_best", type=int, default=1, help="forms a word, at most beam_width")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="no answer to a line with characters or features that the model never saw",
    )
    return parser


def main(argv=None):
    """Runs the command; returns its exit code."""
    return run_command("inflect", lambda: _inflect(arguments().parse_args(argv)))


def _inflect(options):
    if not 1 <= options.n_best <= options.beam_width:
        raise ValueError(
            f"`n_best` must lie in [1, beam_width={options.beam_width}]. "
            f"Received: n_best={options.n_best}"
        )
    folder = model_folder(options.model_dir)
    standard = options.file == "-"
    with contextlib.nullcontext(sys.stdin.buffer) if standard else open(options.file, "rb") as file:
        from keras_vae_collapse.training.process import prepare_process

        prepare_process()
        from keras_vae_collapse.runs import load_model

        asked = _Asked(load_model(folder), "standard input" if standard else options.file, options)
        lines = enumerate(file, start=1)
        # Who types a line wants its answer before the next.
        batch = 1 if standard and sys.stdin.isatty() else _BATCH
        while queries := [asked.query(*line) for line in itertools.islice(lines, batch)]:
            for answer in asked.answers(queries):
                print(answer)
            sys.stdout.flush()
    return asked.report()


class _Asked:
    """A model that is asked line by line, and what was wrong with the lines."""

    def __init__(self, model, name, options):
        self._model, self._name, self._options = model, name, options
        self._refused, self._unseen = 0, {}

    def query(self, number, raw):
        """The `Example` of a line; `None` for an empty one and for one that is refused."""
        from keras_vae_collapse.tasks.reinflection.queries import read_query
        from keras_vae_collapse.tasks.reinflection.vocabulary import unseen_message

        raw = raw.removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
        vocabulary = self._model.vocabulary
        try:
            if not raw:
                return None
            query = read_query(raw, self._name, number, self._model)
            if self._options.strict and (unseen := vocabulary.unseen([query])):
                raise ValueError(unseen_message(unseen))
        except ValueError as error:
            self._refused += 1
            if self._refused <= _SHOWN:
                print(f"inflect: {self._name}, line {number}: {error}", file=sys.stderr)
            return None
        vocabulary.unseen([query], self._unseen)
        return query

    def answers(self, queries):
        """What to print for each query."""
        rows = [query for query in queries if query]
        n_best = iter(
            self._model.inflect_n_best(
                [row.source for row in rows], [row.features for row in rows],
                self._options.beam_width,
            )
        )  # fmt: skip
        return [self._answer(next(n_best)) if query else "" for query in queries]

    def _answer(self, forms):
        if self._options.n_best == 1:
            return forms[0][0]
        shown = forms[: self._options.n_best]
        return "".join(f"{form}\t{log_p:.4f}\n" for form, log_p in shown)

    def report(self):
        """Says what has not been said; returns the exit code."""
        from keras_vae_collapse.tasks.data_errors import DataWarning
        from keras_vae_collapse.tasks.reinflection.vocabulary import unseen_message

        if self._refused > _SHOWN:
            more = self._refused - _SHOWN
            print(f"inflect: and {more} more line{'s' * (more > 1)}", file=sys.stderr)
        if self._unseen:
            warnings.warn(unseen_message(self._unseen), DataWarning, stacklevel=2)
        return int(self._refused > 0)


if __name__ == "__main__":
    sys.exit(main())

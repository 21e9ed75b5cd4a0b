"""Inflects words from stdin or a file: `kvc-inflect --help`.

Each line is `source<TAB>features`; the answer is a line with the form, or with
`form<TAB>log-probability` for each of the `--n_best` forms, an empty line between words. A line
that is no query is named on standard error and has an empty answer, so that answers and lines
stay side by side; the exit code is then 1. What the model never saw is counted there, too.

With `--analyse` each line is a word, and the answer is `features<TAB>log-probability`: a guess of
the word's own features, by a model that has learnt to guess them.
"""

import codecs
import contextlib
import itertools
import sys
import warnings

from keras_vae_collapse.commands.command import Parser
from keras_vae_collapse.commands.model_dir import add_model_dir, model_folder
from keras_vae_collapse.core.console import run_command

_BATCH = 2048
_SHOWN = 5


def arguments():
    """The parser of the command line."""
    parser = Parser("kvc-inflect", description=__doc__)
    add_model_dir(parser, several=True)
    parser.add_argument("--file", default="-", help="lines source<TAB>features; - for stdin")
    parser.add_argument("--beam_width", type=int, default=1, help="hypotheses of the beam search")
    parser.add_argument("--n_best", type=int, default=1, help="forms a word, at most beam_width")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="no answer to a line with characters or features that the model never saw",
    )
    parser.add_argument(
        "--analyse",
        action="store_true",
        help="lines are words, answers their features, for a model of a recipe such as msved",
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
    if options.analyse and options.beam_width > 1:
        raise ValueError("--analyse gives one answer a word, without beam search")
    folders = [model_folder(text) for text in options.model_dir]
    standard = options.file == "-"
    with contextlib.nullcontext(sys.stdin.buffer) if standard else open(options.file, "rb") as file:
        from keras_vae_collapse.training.process import prepare_process

        prepare_process()
        from keras_vae_collapse.commands.ensembles import load_models

        name = "standard input" if standard else options.file
        asked = (_Analysed if options.analyse else _Asked)(load_models(folders), name, options)
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
        from keras_vae_collapse.tasks.reinflection.vocabulary import unseen_message

        raw = raw.removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
        vocabulary = self._model.vocabulary
        try:
            if not raw:
                return None
            query = self._read(raw, number)
            if self._options.strict and (unseen := vocabulary.unseen([query])):
                raise ValueError(unseen_message(unseen))
        except ValueError as error:
            self._refused += 1
            if self._refused <= _SHOWN:
                print(f"inflect: {self._name}, line {number}: {error}", file=sys.stderr)
            return None
        vocabulary.unseen([query], self._unseen)
        return query

    def _read(self, raw, number):
        from keras_vae_collapse.tasks.reinflection.queries import read_query

        return read_query(raw, self._name, number, self._model)

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


class _Analysed(_Asked):
    """A model that is asked for the features of words."""

    def __init__(self, model, name, options):
        super().__init__(model, name, options)
        if not hasattr(model, "analyse"):
            raise ValueError(
                "--analyse: the model has not learnt to guess features; one of the recipe msved has"
            )

    def _read(self, raw, number):
        from keras_vae_collapse.tasks.reinflection.queries import read_word

        return read_word(raw, self._name, number, self._model)

    def answers(self, queries):
        found = iter(self._model.analyse([query.source for query in queries if query]))
        return ["{}\t{:.4f}".format(*next(found)) if query else "" for query in queries]


if __name__ == "__main__":
    sys.exit(main())

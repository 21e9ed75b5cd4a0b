"""Inflects words from stdin or a file: `kvc-inflect --help`.

Each line is `source<TAB>features`; the answer is a line with the form, or with
`form<TAB>log-probability` for each of the `--n_best` forms, an empty line between words.
"""

import argparse
import itertools
import sys

from keras_vae_collapse.commands.command import report_errors

_BATCH = 2048


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("kvc-inflect", description=__doc__)
    parser.add_argument("--model_dir", required=True, help="run directory with model.keras")
    parser.add_argument("--file", default="-", help="lines source<TAB>features; - for stdin")
    parser.add_argument("--beam_width", type=int, default=1, help="hypotheses of the beam search")
    parser.add_argument("--n_best", type=int, default=1, help="forms a word, at most beam_width")
    return parser


def answer(model, queries, beam_width, n_best):
    """The lines to print for a list of queries."""
    sources, features = zip(*queries, strict=True)
    if n_best == 1:
        return model.inflect(sources, features, beam_width)
    lists = model.inflect_n_best(sources, features, beam_width)
    return ["".join(f"{form}\t{log_p:.4f}\n" for form, log_p in forms[:n_best]) for forms in lists]


def main(argv=None):
    """Runs the command; returns its exit code."""
    options = arguments().parse_args(argv)
    return report_errors("inflect", lambda: _inflect(options))


def _inflect(options):
    if not 1 <= options.n_best <= options.beam_width:
        raise ValueError(
            f"`n_best` must lie in [1, beam_width={options.beam_width}]. "
            f"Received: n_best={options.n_best}"
        )
    from keras_vae_collapse.runs import load_model
    from keras_vae_collapse.tasks.reinflection.tab_separated import read_columns
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    model = load_model(options.model_dir)
    standard = options.file == "-"
    name = "standard input" if standard else options.file
    with sys.stdin.buffer if standard else open(options.file, "rb") as lines:
        queries = read_columns(lines, name, (2,), "source<TAB>features")
        while batch := list(itertools.islice(queries, _BATCH)):
            for line in answer(model, batch, options.beam_width, options.n_best):
                print(line)
            sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""Words out of the latent space: `kvc-sample --help`.

Prints words of latent vectors drawn from the prior; with `--from` and `--to` the words between
two words; with `--near` the words of a file that are nearest to a word.
"""

import argparse
import logging
import pathlib
import sys

import numpy as np

from keras_vae_collapse.commands.command import add_format, file_format, report_errors
from keras_vae_collapse.core.checks import check_integer


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("kvc-sample", description=__doc__)
    parser.add_argument("--model_dir", required=True, help="run directory with model.keras")
    parser.add_argument("--count", type=int, default=10, help="words of the prior, or nearest")
    parser.add_argument(
        "--features",
        help="target features, such as pos=N,case=ABL,num=SG; by default drawn from those of "
        "the run's development set",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the draws")
    parser.add_argument("--beam_width", type=int, default=1, help="hypotheses of the beam search")
    parser.add_argument("--from", dest="start", metavar="WORD", help="first word of a path")
    parser.add_argument("--to", dest="end", metavar="WORD", help="last word of a path")
    parser.add_argument("--steps", type=int, default=8, help="points of the path")
    parser.add_argument("--near", metavar="WORD", help="the word whose neighbours are wanted")
    parser.add_argument("--file", help="file whose source words are compared with --near")
    add_format(parser)
    return parser


def main(argv=None):
    """Runs the command; returns its exit code."""
    parser = arguments()
    options = parser.parse_args(argv)
    _check_usage(parser, options)
    return report_errors("sample", lambda: _sample(options))


def _sample(options):
    from keras_vae_collapse.runs import load_model
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    model = load_model(options.model_dir)
    _warn_unknown(model.vocabulary, (options.start, options.end, options.near))
    for row in _answer(model, options):
        print("\t".join(f"{cell:.4f}" if isinstance(cell, float) else cell for cell in row))


def _check_usage(parser, options):
    path = (options.start, options.end)
    if (options.start is None) != (options.end is None):
        parser.error("--from and --to go together")
    if (options.near is None) != (options.file is None):
        parser.error("--near and --file go together")
    if options.near is not None and options.start is not None:
        parser.error("--near cannot go with --from and --to")
    if "" in (*path, options.near):
        parser.error("a word must not be empty")


def _warn_unknown(vocabulary, words):
    for word in words:
        unknown = set(word or "") - set(vocabulary.characters)
        if unknown:
            logging.warning("unknown to the model, in %r: %s", word, " ".join(sorted(unknown)))


def _answer(model, options):
    """The rows to print."""
    from keras_vae_collapse.tasks.reinflection.latent_words import (
        interpolate,
        nearest_words,
        sample_words,
    )

    if options.near is not None:
        from keras_vae_collapse.tasks.reinflection import read_examples

        examples = read_examples(options.file, file_format(options.task))
        words = [example.source for example in examples]
        return nearest_words(model, options.near, words, options.count)
    if options.start is not None:
        features = _features(options, 1)[0]
        words = interpolate(
            model, options.start, options.end, features, options.steps, options.beam_width
        )
        return [(t, form, features, log_p) for t, form, log_p in words]
    features = _features(options, check_integer("count", options.count, low=1))
    words = sample_words(model, features, options.seed, options.beam_width)
    return [(form, text, log_p) for (form, log_p), text in zip(words, features, strict=True)]


def _features(options, count):
    """Target features of `count` words: those given, or drawn from the development set."""
    from keras_vae_collapse.tasks.reinflection import read_predictions

    check_integer("seed", options.seed, low=0)
    if options.features is not None:
        return [options.features] * count
    path = pathlib.Path(options.model_dir) / "predictions-dev.tsv"
    if not path.is_file():
        raise ValueError(
            f"{path.parent} holds no {path.name} to take features from; use --features"
        )
    known = [key[-1] for key in read_predictions(path)]
    return list(np.random.default_rng(options.seed).choice(known, count))


if __name__ == "__main__":
    sys.exit(main())

"""Words out of the latent space: `kvc-sample --help`.

Prints words of latent vectors drawn from the prior; with `--from` and `--to` the words between
two words; with `--near` the words of a file that are nearest to a word.
"""

import argparse
import logging
import sys

import numpy as np

from keras_vae_collapse.commands.command import add_format, file_format
from keras_vae_collapse.commands.model_dir import add_model_dir, model_folder, sample_file
from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.console import run_command


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("kvc-sample", description=__doc__)
    add_model_dir(parser)
    parser.add_argument("--count", type=int, default=10, help="words of the prior, or nearest")
    parser.add_argument(
        "--features",
        help="target features, such as pos=N,case=ABL,num=SG; by default drawn from those of "
        "the run's development set, or of the examples of a pretrained model",
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
    return run_command("sample", lambda: _sample(argv))


def _sample(argv):
    parser = arguments()
    options = parser.parse_args(argv)
    _check_usage(parser, options)
    options.folder = model_folder(options.model_dir)
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    from keras_vae_collapse.runs import load_model

    model = load_model(options.folder)
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
    from keras_vae_collapse.tasks.reinflection import read_examples, read_predictions

    check_integer("seed", options.seed, low=0)
    if options.features is not None:
        return [options.features] * count
    path = options.folder / "predictions-dev.tsv"
    if path.is_file():
        known = [key[-1] for key in read_predictions(path)]
    elif samples := sample_file(options.folder):
        known = [example.features for example in read_examples(samples)]
    else:
        raise ValueError(
            f"{path.parent} holds no {path.name} to take features from; use --features"
        )
    return list(np.random.default_rng(options.seed).choice(known, count))


if __name__ == "__main__":
    sys.exit(main())

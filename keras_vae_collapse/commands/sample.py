"""Words or sentences out of the latent space: `kvc-sample --help`.

Prints words, or sentences, of latent vectors drawn from the prior; with `--between` (or `--from`
and `--to`) those on the way between two; with `--near` those of a file that are nearest to one. A
model of sentences also reads sentences, one a line: `--reconstruct` prints what it makes of each,
`--neighbours` the nearest ones of a file.
"""

import logging
import sys

import numpy as np

from keras_vae_collapse.commands.command import Parser, add_format, file_format
from keras_vae_collapse.commands.model_dir import (
    add_model_dir,
    model_folder,
    run_record,
    sample_file,
    task_name,
)
from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.console import run_command


def arguments():
    """The parser of the command line."""
    parser = Parser("kvc-sample", description=__doc__)
    add_model_dir(parser)
    parser.add_argument("--count", type=int, default=10, help="draws of the prior, or nearest")
    parser.add_argument(
        "--features",
        help="target features, such as pos=N,case=ABL,num=SG; by default drawn from those of "
        "the run's development set, or of the examples of a pretrained model",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the draws")
    parser.add_argument("--beam_width", type=int, default=1, help="hypotheses of the beam search")
    parser.add_argument("--between", nargs=2, metavar=("A", "B"), help="ends of a path")
    parser.add_argument("--from", dest="start", metavar="A", help="first of a path")
    parser.add_argument("--to", dest="end", metavar="B", help="last of a path")
    parser.add_argument("--steps", type=int, default=8, help="points of the path")
    parser.add_argument("--spherical", action="store_true", help="the path is an arc (sentences)")
    parser.add_argument("--near", metavar="A", help="the one whose neighbours are wanted")
    parser.add_argument(
        "--neighbours", type=int, metavar="K",
        help="the K sentences of --file nearest to each sentence of standard input, by the cosine "
        "of posterior means",
    )  # fmt: skip
    parser.add_argument(
        "--reconstruct", action="store_true",
        help="what the model makes of each sentence of --file, or of standard input",
    )  # fmt: skip
    parser.add_argument(
        "--file", help="file to look for neighbours in, or of sentences for --reconstruct"
    )
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
    of_text = task_name(run_record(options.folder).get("config", {})) == "text"
    if of_text:
        from keras_vae_collapse.commands.sample_text import read_request

        request = read_request(options)
    else:
        _check_words(options)
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    from keras_vae_collapse.runs import load_model

    model = load_model(options.folder)
    if of_text:
        rows = request.rows(model)
    else:
        _warn_unknown(model.vocabulary, (options.start, options.end, options.near))
        rows = _answer(model, options)
    for row in rows:
        print("\t".join(f"{cell:.4f}" if isinstance(cell, float) else cell for cell in row))


def _check_usage(parser, options):
    if "" in (options.start, options.end, options.near):
        parser.error("a word or sentence must not be empty")
    if options.between:
        if options.start is not None or options.end is not None:
            parser.error("--between is --from and --to in one")
        options.start, options.end = options.between
    if (options.start is None) != (options.end is None):
        parser.error("--from and --to go together")
    asked = {
        "--reconstruct": options.reconstruct,
        "--neighbours": options.neighbours is not None,
        "--near": options.near is not None,
        "--from and --to": options.start is not None,
    }
    modes = [name for name, is_asked in asked.items() if is_asked]
    if len(modes) > 1:
        parser.error(f"{modes[0]} cannot go with {modes[1]}")
    if options.file is None and modes in (["--near"], ["--neighbours"]):
        parser.error(f"{modes[0]} and --file go together")
    if options.file is not None and modes in ([], ["--from and --to"]):
        parser.error("--near and --file go together")
    if options.spherical and options.start is None:
        parser.error("--spherical is for --between")


def _check_words(options):
    for name, instead in (
        ("reconstruct", "kvc-inflect writes the forms of given words"),
        ("neighbours", "for words there is --near=WORD"),
        ("spherical", "words are on a straight line"),
    ):
        if getattr(options, name) not in (None, False):
            raise ValueError(f"--{name} is for a model of sentences; {instead}")
    if options.between and "" in options.between:
        raise ValueError(f"--between: a word must not be empty. Received: {options.between}")


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
        features = _features(model, options, 1)[0]
        words = interpolate(
            model, options.start, options.end, features, options.steps, options.beam_width
        )
        return [(t, form, features, log_p) for t, form, log_p in words]
    features = _features(model, options, check_integer("count", options.count, low=1))
    words = sample_words(model, features, options.seed, options.beam_width)
    return [(form, text, log_p) for (form, log_p), text in zip(words, features, strict=True)]


def _features(model, options, count):
    """Target features of `count` words: those given, or drawn from the development set."""
    from keras_vae_collapse.tasks.reinflection import read_examples, read_predictions
    from keras_vae_collapse.tasks.reinflection.latent_words import known_features

    check_integer("seed", options.seed, low=0)
    if options.features is not None:
        return [options.features] * count
    predictions = options.folder / "predictions-dev.tsv"
    path = predictions if predictions.is_file() else sample_file(options.folder)
    if path is None:
        raise ValueError(
            f"{options.folder} holds no {predictions.name} to take features from; use --features"
        )
    if path == predictions:
        found = [key[-1] for key in read_predictions(path)]
    else:
        found = [example.features for example in read_examples(path)]
    known = known_features(model.vocabulary, found)
    if not known:
        raise ValueError(
            f"no row of {path} has only features that were seen in training; use --features"
        )
    return list(np.random.default_rng(options.seed).choice(known, count))


if __name__ == "__main__":
    sys.exit(main())

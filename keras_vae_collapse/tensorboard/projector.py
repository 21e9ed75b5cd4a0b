"""The latent space in TensorBoard's projector: `python -m keras_vae_collapse.projector --help`.

Training writes it for the development set; this command writes it for any file, with lemmas
from any other.
"""

import argparse
import os
import pathlib
import sys

from keras_vae_collapse.core.files import write_text

UNKNOWN = "-"
COLUMNS = ("form", "lemma", "part of speech", "features", "target features")


def write_projector(log_dir, model, examples, named=()):
    """Writes the posterior means of the source words, and labels, where the projector looks.

    Labels are the form, its lemma, its part of speech and features, and the target features
    of the example; what is not known is `-`. (Keras's own projector callback writes a file that
    TensorBoard cannot read: keras#20210.)

    Args:
        log_dir: a folder of TensorBoard logs; `projector_config.pbtxt` and a folder `projector`
            are written there.
        model: a `ReinflectionVAE`.
        examples: `Example`s. A source word that comes again is left out.
        named: `Example`s of task 1 or 2 that tell lemmas and features, or none.

    Returns:
        The number of words.

    Raises:
        ValueError: `examples` is empty.
    """
    from tensorboard.plugins import projector

    if not examples:
        raise ValueError("`examples` must hold at least one example. Received none.")
    first = {}
    for example in examples:
        first.setdefault(example.source, example)
    loc, _ = model.encode(list(first))
    folder = pathlib.Path(log_dir) / "projector"
    vectors = ([f"{value:.6g}" for value in row] for row in loc)
    write_text(folder / "latent.tsv", _table(vectors))
    write_text(folder / "labels.tsv", _table([COLUMNS, *labels(first.values(), named)]))
    config = projector.ProjectorConfig()
    embedding = config.embeddings.add()
    embedding.tensor_name = "posterior mean"
    embedding.tensor_shape.extend(loc.shape)
    embedding.tensor_path = "projector/latent.tsv"
    embedding.metadata_path = "projector/labels.tsv"
    projector.visualize_embeddings(os.fspath(log_dir), config)
    return len(first)


def labels(examples, named=()):
    """The rows of labels of the source words of `examples`, in the order of `COLUMNS`."""
    from keras_vae_collapse.tasks.reinflection.lemmas import lemma_of_forms

    named = list(named)
    # Rows of task 2 name no lemma, they connect forms; those of task 1 connect as well.
    task = 2 if any(example.source_features for example in named) else 1
    lemmas = lemma_of_forms(named, task) if named else {}
    features = features_of_forms(named)
    for example in examples:
        known = example.source_features or features.get(example.source, UNKNOWN)
        yield (
            example.source,
            lemmas.get(example.source, UNKNOWN),
            _part_of_speech(f"{known},{example.features}"),
            known,
            example.features,
        )


def features_of_forms(examples):
    """A dictionary from form to features; those of an ambiguous form are joined by " or "."""
    found = {}
    for example in examples:
        if example.target:
            found.setdefault(example.target, set()).add(example.features)
        if example.source_features:
            found.setdefault(example.source, set()).add(example.source_features)
    return {form: " or ".join(sorted(features)) for form, features in found.items()}


def examples_with_lemmas(data, language):
    """The development examples of tasks 1 and 2 that lie beside those of a data set.

    Args:
        data: the name of the data set, as for `load_data`; nothing is downloaded.
        language: which files.
    """
    from keras_vae_collapse.tasks.reinflection import (
        DataError,
        examples_file,
        load_data,
        read_examples,
    )
    from keras_vae_collapse.tasks.reinflection.load import DEMO

    found = []
    for task in (1, 2):
        try:
            if data == DEMO:
                found += load_data(data, language, task)[1]
            elif pathlib.Path(data).is_dir():
                found += read_examples(examples_file(data, language, task, "dev"), task)
        except DataError:  # no such file, or none that can be read: the labels do without
            continue
    return found


def _part_of_speech(features):
    values = (feature[4:] for feature in features.split(",") if feature.startswith("pos="))
    return next(values, UNKNOWN)


def _table(rows):
    lines = ("\t".join(cell.replace("\t", " ") for cell in row) for row in rows)
    return "\n".join(lines) + "\n"


def arguments():
    """The parser of the command line."""
    parser = argparse.ArgumentParser("keras_vae_collapse.projector")
    parser.description = "writes latent vectors with labels for TensorBoard's projector"
    tasks = ["1", "2", "3", "unimorph"]
    parser.add_argument("--model_dir", required=True, help="run directory with model.keras")
    parser.add_argument("--file", required=True, help="file whose source words are shown")
    parser.add_argument("--task", default="3", choices=tasks, help="its format")
    parser.add_argument("--lemma_file", help="file of task 1 or 2 that tells lemmas")
    parser.add_argument("--lemma_task", type=int, default=1, choices=[1, 2], help="its format")
    parser.add_argument("--log_dir", help="folder to write; default: MODEL_DIR/logs/dev")
    return parser


def main(argv=None):
    """Runs the command; returns its exit code."""
    options = arguments().parse_args(argv)
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    from keras_vae_collapse.runs.model_archive import load_model
    from keras_vae_collapse.tasks.reinflection import read_examples

    try:
        task = int(options.task) if options.task.isdigit() else options.task
        examples = read_examples(options.file, task)
        named = []
        if options.lemma_file:
            named = read_examples(options.lemma_file, options.lemma_task)
        model = load_model(options.model_dir)
        log_dir = pathlib.Path(options.log_dir or pathlib.Path(options.model_dir) / "logs" / "dev")
        count = write_projector(log_dir, model, examples, named)
    except (ValueError, OSError, RuntimeError) as error:
        print(f"projector: {error}", file=sys.stderr)
        return 1
    print(f"{count} words; tensorboard --logdir {log_dir.parent}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

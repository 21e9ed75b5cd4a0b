"""Labels of source words for TensorBoard's projector: lemma, part of speech, features."""

import pathlib

from keras_vae_collapse.tasks.data_errors import DataError
from keras_vae_collapse.tasks.reinflection.features import part_of_speech
from keras_vae_collapse.tasks.reinflection.language_files import examples_file
from keras_vae_collapse.tasks.reinflection.lemmas import lemma_of_forms
from keras_vae_collapse.tasks.reinflection.load import DEMO, load_data
from keras_vae_collapse.tasks.reinflection.sigmorphon import read_examples

UNKNOWN = "-"
COLUMNS = ("form", "lemma", "part of speech", "features", "target features")


def projector_data(model, examples, named=()):
    """`(vectors, columns, rows)` of the source words, as `write_projector` takes them.

    Args:
        model: a `ReinflectionVAE`; the vectors are its posterior means.
        examples: `Example`s, at least one. A source word that comes again is left out.
        named: `Example`s of task 1 or 2 that tell lemmas and features, or none.

    Raises:
        ValueError: `examples` is empty.
    """
    if not examples:
        raise ValueError("`examples` must hold at least one example. Received none.")
    first = {}
    for example in examples:
        first.setdefault(example.source, example)
    loc, _ = model.encode(list(first))
    return loc, COLUMNS, list(labels(first.values(), named))


def labels(examples, named=()):
    """The labels of the source words of `examples`, tuples in the order of `COLUMNS`.

    Labels are the form, its lemma, its part of speech and features, and the target features of
    the example; what is not known is `-`. In files with tags every source is a lemma, and the
    first tag is the part of speech.
    """
    named = list(named)
    # Rows of task 2 name no lemma, they connect forms; those of task 1 connect as well.
    task = 2 if any(example.source_features for example in named) else 1
    lemmas = lemma_of_forms(named, task) if named else {}
    features = features_of_forms(named)
    for example in examples:
        known = example.source_features or features.get(example.source, UNKNOWN)
        tagged = "=" not in example.features
        both = example.features if tagged else f"{known},{example.features}"
        yield (
            example.source,
            lemmas.get(example.source, example.source if tagged else UNKNOWN),
            part_of_speech(both, None if tagged else UNKNOWN),
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

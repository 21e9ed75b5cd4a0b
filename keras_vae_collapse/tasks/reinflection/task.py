"""The reinflection task: its examples, its model, its figures."""

import hashlib
import shlex

from keras_vae_collapse.core.errors import RecipeError, did_you_mean
from keras_vae_collapse.core.files import write_text
from keras_vae_collapse.tasks.reinflection.augmentation import augment
from keras_vae_collapse.tasks.reinflection.back_translation import back_translation
from keras_vae_collapse.tasks.reinflection.encoding import encode_examples
from keras_vae_collapse.tasks.reinflection.example import Example
from keras_vae_collapse.tasks.reinflection.load import load
from keras_vae_collapse.tasks.reinflection.predictions import write_predictions
from keras_vae_collapse.tasks.reinflection.projector_labels import (
    examples_with_lemmas,
    projector_data,
)
from keras_vae_collapse.tasks.reinflection.recipe_parts import check_parts
from keras_vae_collapse.tasks.reinflection.scorer import (
    part_of_speech_table,
    score_predictions,
    score_table,
)
from keras_vae_collapse.tasks.reinflection.vocabulary import Vocabulary, warn_unseen
from keras_vae_collapse.tasks.task import Task

DEFAULT_AUGMENTATION = {"class": "PrefixSwaps"}


class ReinflectionTask(Task):
    """Morphological reinflection of one language.

    Args:
        data: `"demo"`, the embedded Turkish nouns; a file or a directory of files, SIGMORPHON's
            or UniMorph's; or `"sigmorphon2016"`, which is downloaded.
        language, task, added_tasks, dev: which files and formats, see `load_data`.

    Raises:
        DataError: the data cannot be read; the message names file, line and value.

    Example:

    ```python
    from keras_vae_collapse.tasks import ReinflectionTask

    task = ReinflectionTask("demo")
    print(len(task.train_examples), task.vocabulary.size)
    ```
    """

    name = "reinflection"
    tie_break = "levenshtein"
    epoch_figures = ("accuracy", "levenshtein")
    columns = ("source", "features")
    counts = ("count", "words")

    def __init__(self, data="demo", language=None, task=None, added_tasks=(), dev=None):
        loaded = load(data, language, task, added_tasks, dev)
        self._set(loaded.train, loaded.dev, Vocabulary.from_examples(loaded.train))
        warn_unseen(self.vocabulary, loaded.dev)
        self.data = {"name": str(data), "language": loaded.language, "task": loaded.task}
        if dev is not None:
            self.data["dev"] = str(dev)
        self.added_tasks = list(added_tasks)

    @classmethod
    def of_model(cls, model, examples):
        """The task of a trained model, with examples to evaluate it on.

        Symbols and features that the model does not know are counted in one warning.

        Raises:
            ValueError: the model is none of this task, or an example has no gold form.
        """
        if not hasattr(model, "vocabulary"):
            raise ValueError(f"a {type(model).__name__} is not a model of reinflection")
        for example in examples:
            if not example.target:
                raise ValueError(f"an example without a gold form: {example.place}")
        warn_unseen(model.vocabulary, examples)
        return cls.from_examples([], examples, model.vocabulary)

    @classmethod
    def from_examples(cls, train, dev, vocabulary=None):
        """A task of given lists of `Example`; the vocabulary is by default that of `train`."""
        self = cls.__new__(cls)
        self._set(train, dev, vocabulary or Vocabulary.from_examples(train))
        self.data = {"name": "examples", "language": None, "task": 3}
        self.added_tasks = []
        return self

    def _set(self, train, dev, vocabulary):
        self.train_examples, self.dev_examples, self.vocabulary = train, dev, vocabulary
        self.vocabulary_size = vocabulary.size
        self.max_length = vocabulary.max_form_length
        self.condition_size = vocabulary.feature_size

    def description(self):
        digest = hashlib.sha256()
        for e in (*self.train_examples, *self.dev_examples):
            digest.update(f"{e.source}\t{e.features}\t{e.target}\n".encode())
        added = {"added_tasks": self.added_tasks} if self.added_tasks else {}
        return {**self.data, **self.sizes(), "sha256": digest.hexdigest(), **added}

    # Examples in.

    def encode(self, examples):
        return encode_examples(examples, self.vocabulary)

    def complete(self, recipe):
        if recipe.augmentation == "auto":
            recipe = recipe.replace(augmentation=DEFAULT_AUGMENTATION)
        check_parts(recipe)
        return recipe

    def training_examples(self, recipe):
        return augment(self.train_examples, self.complete(recipe).augmentation)

    def further_examples(self, part, model, seed=0, verbose=0):
        options = dict(part)
        name = options.pop("class", None)
        if name != "BackTranslation":
            raise RecipeError(
                f"`rounds.examples.class` must be 'BackTranslation'. Received: {name!r}."
                + did_you_mean(name, ["BackTranslation"])
            )

        def inflect(sources, features):
            from keras_vae_collapse.tasks.reinflection.many_words import inflect_many

            return inflect_many(model, sources, features, verbose)

        try:
            return back_translation(self.train_examples, inflect, **options, seed=seed)
        except TypeError as error:
            raise RecipeError(f"`rounds.examples`: {error}") from error

    def write_examples(self, path, examples):
        write_text(path, "".join(f"{e.source}\t{e.features}\t{e.target}\n" for e in examples))

    def read_examples(self, path):
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
        return [Example(*line.split("\t")) for line in lines]

    # The model, strings out.

    def model(self, recipe, seed=0):
        from keras_vae_collapse.tasks.reinflection.reinflection_vae import ReinflectionVAE

        return ReinflectionVAE(self.vocabulary, **self.parts(recipe, seed))

    def texts(self, model, ids):
        return [word.decode("utf-8", "replace") for word in model.codec.words(ids).numpy()]

    def outputs(self, model, examples, beam_width=1):
        rows = model.inflect_n_best(
            [e.source for e in examples], [e.features for e in examples], beam_width
        )
        return [[form for form, _ in n_best] for n_best in rows]

    def gold(self, example):
        return example.target

    def cells(self, example):
        return (example.source, example.features)

    def figures(self, examples, outputs):
        return {**score_predictions(examples, outputs), "words": len(examples)}

    def table(self, figures):
        return score_table(figures)

    def details(self, figures):
        return part_of_speech_table(figures)

    def write_predictions(self, path, examples, outputs):
        write_predictions(path, examples, outputs)

    def dev_options(self):
        paths = {example.path for example in self.dev_examples}
        trained = {example.path for example in self.train_examples}
        if len(paths) != 1 or None in paths or paths & trained:
            return ""  # made, or held out: the commands make it again
        return f" --file={shlex.quote(*paths)} --task={self.data['task']}"

    # Where a trained model goes.

    def endpoints(self, model):
        from keras_vae_collapse.tasks.reinflection.endpoints import string_endpoints

        return string_endpoints(model)

    def latent_table(self, model):
        named = examples_with_lemmas(self.data["name"], self.data["language"])
        return projector_data(model, self.dev_examples, named)

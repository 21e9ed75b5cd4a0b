"""The reinflection task: its examples, its model, its figures."""

import hashlib
import shlex

from keras_vae_collapse.core.errors import RecipeError, did_you_mean
from keras_vae_collapse.core.files import write_text
from keras_vae_collapse.tasks.reinflection.analysis import analysis_figures, analysis_lines
from keras_vae_collapse.tasks.reinflection.augmentation import augment
from keras_vae_collapse.tasks.reinflection.encoding import encode_examples
from keras_vae_collapse.tasks.reinflection.example import Example
from keras_vae_collapse.tasks.reinflection.further_examples import FURTHER_EXAMPLES
from keras_vae_collapse.tasks.reinflection.labelled_part import labelled_part
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
from keras_vae_collapse.tasks.reinflection.unlabelled_parts import are_alone, unlabelled_options
from keras_vae_collapse.tasks.reinflection.unlabelled_words import read_unlabelled
from keras_vae_collapse.tasks.reinflection.unseen_words import (
    LEAST_UNSEEN,
    is_unseen,
    unseen_figures,
    unseen_lines,
    words_of,
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
        unlabeled: files of words without features, one word a line, for a recipe with a part
            `unlabeled`; a list.
        labelled: how many of the training examples there are, drawn at random but always the
            same; 0 for all. A recipe that says how many must say the same.

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
    labelled = 0
    unlabelled_words = None

    def __init__(
        self,
        data="demo",
        language=None,
        task=None,
        added_tasks=(),
        dev=None,
        unlabeled=(),
        labelled=0,
    ):
        loaded = load(data, language, task, added_tasks, dev)
        train, self.labelled = labelled_part(loaded.train, labelled), labelled
        self._set(train, loaded.dev, Vocabulary.from_examples(train))
        warn_unseen(self.vocabulary, loaded.dev)
        self._note(data, loaded, dev, unlabeled, added_tasks)
        if unlabeled:
            words = read_unlabelled(unlabeled, self.vocabulary, train, loaded.dev)
            self._know(words_of(train) | words.known)
            self.unlabelled_words = words

    def _note(self, data, loaded, dev, unlabeled, added_tasks):
        """Takes down where the examples are from."""
        self.data = {"name": str(data), "language": loaded.language, "task": loaded.task}
        if dev is not None:
            self.data["dev"] = str(dev)
        if unlabeled:
            self.data["unlabeled"] = [str(path) for path in unlabeled]
        self.added_tasks = list(added_tasks)

    @classmethod
    def of_model(cls, model, examples, known_words=None):
        """The task of a trained model, with examples to evaluate it on.

        Symbols and features that the model does not know are counted in one warning.

        Args:
            model: a `ReinflectionVAE`.
            examples: examples with a gold form.
            known_words: the words that training has seen, or `None` where nobody knows them.

        Raises:
            ValueError: the model is none of this task, or an example has no gold form.
        """
        if not hasattr(model, "vocabulary"):
            raise ValueError(f"a {type(model).__name__} is not a model of reinflection")
        for example in examples:
            if not example.target:
                raise ValueError(f"an example without a gold form: {example.place}")
        warn_unseen(model.vocabulary, examples)
        self = cls.from_examples([], examples, model.vocabulary)
        self._know(known_words)
        return self

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
        self._know(words_of(train) or None)

    def with_dev_examples(self, examples):
        other = super().with_dev_examples(examples)
        other._know(self.known_words)
        return other

    def _know(self, words):
        """Tells apart the development examples that have words of training."""
        self.known_words = words
        rows = 0 if words is None else sum(is_unseen(e, words) for e in self.dev_examples)
        self.unseen_rows = rows
        self.monitors = ("unseen_accuracy",) if rows else ()
        self.epoch_figures = (*type(self).epoch_figures, *self.monitors)

    def description(self):
        digest = hashlib.sha256()
        for e in (*self.train_examples, *self.dev_examples):
            digest.update(f"{e.source}\t{e.features}\t{e.target}\n".encode())
        if self.unlabelled_words is not None:
            digest.update(self.unlabelled_words.sha256.encode())
        added = {"added_tasks": self.added_tasks} if self.added_tasks else {}
        return {**self.data, **self.sizes(), "sha256": digest.hexdigest(), **added}

    def sizes(self):
        words = self.unlabelled_words
        return {**super().sizes(), **({} if words is None else {"unlabelled_words": len(words)})}

    # Examples in.

    def encode(self, examples):
        return encode_examples(examples, self.vocabulary)

    def complete(self, recipe):
        if recipe.augmentation == "auto":
            recipe = recipe.replace(augmentation=DEFAULT_AUGMENTATION)
        check_parts(recipe)
        if are_alone(recipe.unlabeled):
            raise RecipeError(
                f"recipe {recipe.name!r} learns from words alone: make a `WordTask` of the data"
            )
        if self.unlabelled_words is not None and recipe.unlabeled is None:
            raise RecipeError(
                f"recipe {recipe.name!r} makes no use of words without features: take the recipe "
                "'msved', or set unlabeled.class=LatentFeatures"
            )
        return recipe.replace(labelled=self._labelled_of(recipe))

    def _labelled_of(self, recipe):
        """How many labelled examples there are, 0 for all, where recipe and task agree."""
        if recipe.labelled not in (0, self.labelled):
            raise RecipeError(
                f"the recipe has labelled={recipe.labelled}, the task was made with "
                f"labelled={self.labelled}"
            )
        return self.labelled

    def training_examples(self, recipe):
        return augment(self.train_examples, self.complete(recipe).augmentation)

    def unlabelled(self, recipe):
        if self.unlabelled_words is None:
            return None
        options = unlabelled_options(recipe.unlabeled)
        rows = self.unlabelled_words.sequences(options.unseen)
        return {"source": rows, "target": rows}, options.ratio

    def further_examples(self, part, model, seed=0, verbose=0):
        options = dict(part)
        name = options.pop("class", None)
        if name not in FURTHER_EXAMPLES:
            raise RecipeError(
                f"`rounds.examples.class` must be one of {', '.join(FURTHER_EXAMPLES)}. "
                f"Received: {name!r}.{did_you_mean(name, FURTHER_EXAMPLES)}"
            )

        def inflect(sources, features):
            from keras_vae_collapse.tasks.reinflection.many_words import inflect_many

            return inflect_many(model, sources, features, verbose)

        try:
            return FURTHER_EXAMPLES[name](self.train_examples, inflect, **options, seed=seed)
        except TypeError as error:
            raise RecipeError(f"`rounds.examples`: {error}") from error

    def ensemble(self, models):
        from keras_vae_collapse.tasks.reinflection.ensemble import ReinflectionEnsemble

        return ReinflectionEnsemble(models)

    def write_examples(self, path, examples):
        write_text(path, "".join(f"{e.source}\t{e.features}\t{e.target}\n" for e in examples))

    def read_examples(self, path):
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
        return [Example(*line.split("\t")) for line in lines]

    # The model, strings out.

    def model(self, recipe, seed=0):
        from keras_vae_collapse.tasks.reinflection.reinflection_vae import ReinflectionVAE

        if recipe.unlabeled is None or are_alone(recipe.unlabeled):
            return ReinflectionVAE(self.vocabulary, **self.parts(recipe, seed))
        from keras_vae_collapse.tasks.reinflection.semi_supervised_vae import SemiSupervisedVAE
        from keras_vae_collapse.tasks.reinflection.supervision import make_supervision

        parts, options = self.parts(recipe, seed), unlabelled_options(recipe.unlabeled)
        parts["supervision"] = make_supervision(
            options, recipe, self.vocabulary, self.train_examples, seed
        )
        cls = ReinflectionVAE if options.relaxation is None else SemiSupervisedVAE
        return cls(self.vocabulary, **parts)

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
        unseen = unseen_figures(examples, outputs, self.known_words)
        return {
            **score_predictions(examples, outputs),
            "words": len(examples),
            **({"unseen": unseen} if unseen else {}),
        }

    def figure(self, figures, name):
        return figures["unseen"]["accuracy"] if name == "unseen_accuracy" else figures[name]

    def chosen_monitor(self, setting="task"):
        if setting == "auto" and self.unseen_rows >= LEAST_UNSEEN:
            return "unseen_accuracy"
        return super().chosen_monitor(setting)

    def further_figures(self, figures, model, seed=0):
        if not hasattr(model, "analyse"):
            return {}
        answers = [features for features, _ in model.analyse([e.target for e in self.dev_examples])]
        separator = self.vocabulary.separator
        return {"analysis": analysis_figures(self.dev_examples, answers, separator)}

    def table(self, figures):
        return score_table(figures)

    def details(self, figures):
        lines = part_of_speech_table(figures) + unseen_lines(figures, self.known_words)
        return lines + (analysis_lines(figures["analysis"]) if "analysis" in figures else [])

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

    def prior_samples(self, model, count, seed=0):
        from keras_vae_collapse.tasks.reinflection.latent_words import known_features, sample_words

        known = known_features(model.vocabulary, [e.features for e in self.dev_examples])
        features = known[:: -(-len(known) // count) or 1]
        words = sample_words(model, features, seed)
        return [(asked, form) for asked, (form, _) in zip(features, words, strict=True)]

    def latent_table(self, model):
        named = examples_with_lemmas(self.data["name"], self.data["language"])
        return projector_data(model, self.dev_examples, named)

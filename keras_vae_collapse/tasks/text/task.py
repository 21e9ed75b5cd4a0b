"""The task of sentences: its examples, its model, its figures."""

import hashlib
import os

import numpy as np

from keras_vae_collapse.core.checks import check_choice, check_integer
from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.tasks.task import Task
from keras_vae_collapse.tasks.text import bleu
from keras_vae_collapse.tasks.text.demo_grammar import Factors, factors_of
from keras_vae_collapse.tasks.text.diversity import SAMPLES, sample_figures
from keras_vae_collapse.tasks.text.figures import perplexity, reconstruction_figures
from keras_vae_collapse.tasks.text.load import DEMO, load_sentences
from keras_vae_collapse.tasks.text.sentence_checks import (
    short_enough,
    vocabulary_of,
    warn_all_unknown,
    warn_unknown,
)
from keras_vae_collapse.tasks.text.sentence_store import is_large, stored_corpus
from keras_vae_collapse.tasks.text.stored_sentences import StoredSentences
from keras_vae_collapse.tasks.text.token_vocabulary import UNITS, TokenVocabulary

OPTIONS = {"tokens": "words", "vocabulary_limit": 10_000, "length_limit": 200}
_ROWS = 2048  # encoded at once


class TextTask(Task):
    """Autoencoding of sentences: a sentence in, the same sentence out, no condition.

    Args:
        data: `"demo"`, the embedded corpus; a file of one sentence a line; or a directory with
            `train.txt` and `valid.txt`; see `load_sentences`.
        dev: a file of development sentences, or `None`.
        tokens: what a token is: `"words"`, by white space, `"characters"`, or `"subwords"`, parts
            of words that are learned from the training sentences (`learn_subwords`).
        vocabulary_limit: at most this many tokens are known, the most frequent ones of training;
            others are read as unknown and never written.
        length_limit: sentences of more tokens are left out, of training and of development, and a
            warning counts them.
        stream: whether training sentences stay on the disk, as ids in the cache folder (see
            `stored_corpus`); by default those of a file of more than 64 MB, or 16 MB if it is
            packed. What is trained and measured is the same. The demo is in memory always.

    A recipe may name `tokens` and the limits, too; a task made with others is refused. Figures
    count words where tokens are subwords: perplexities are those of a word, and compare.

    Raises:
        RecipeError: `tokens` is `"subwords"` and the library that learns them is not there.
        DataError: the data cannot be read; the message names file, line and value.
        ValueError: an option lies outside its range.

    Example:

    ```python
    from keras_vae_collapse.tasks import TextTask

    task = TextTask("demo")
    print(task.train_examples[0].text, task.vocabulary.size)
    ```
    """

    name = "text"
    monitor = "constrained_elbo"
    monitors = ("exact_match",)
    epoch_figures = ("exact_match", "token_error_rate")
    columns = ("sentence",)
    counts = ("count", "symbols", "unknown_tokens")
    beam_width = 1

    def __init__(
        self,
        data: str | os.PathLike = "demo",
        dev: str | os.PathLike | None = None,
        tokens: str = "words",
        vocabulary_limit: int = 10_000,
        length_limit: int = 200,
        stream: bool | None = None,
    ):
        check_choice("tokens", tokens, UNITS)
        check_integer("vocabulary_limit", vocabulary_limit, low=1)
        check_integer("length_limit", length_limit, low=1)
        self.options = {
            "tokens": tokens, "vocabulary_limit": vocabulary_limit, "length_limit": length_limit,
        }  # fmt: skip
        self.data = {"name": os.fspath(data), "task": self.name}
        if dev is not None:
            self.data["dev"] = os.fspath(dev)
        self._sha256 = None
        if is_large(data) if stream is None else stream and os.fspath(data) != DEMO:
            corpus = stored_corpus(data, dev, tokens, vocabulary_limit, length_limit)
            self._set(corpus.train, corpus.dev, corpus.vocabulary)
            self._sha256 = corpus.sha256
        else:
            train, held_out = load_sentences(data, dev)
            vocabulary = vocabulary_of(train, tokens, vocabulary_limit, length_limit)
            train = short_enough(train, vocabulary, length_limit, "training")
            held_out = short_enough(held_out, vocabulary, length_limit, "development", least=2)
            self._set(train, held_out, vocabulary)
        warn_all_unknown(self.vocabulary, self.dev_examples)

    @classmethod
    def of_model(cls, model, examples, length_limit=None):
        """The task of a trained model, with sentences to evaluate it on.

        Warnings count the sentences that are too long, which are left out, and unknown tokens.

        Args:
            model: a `TextVAE`.
            examples: a list of `Sentence`, at least two.
            length_limit: that of the model's training; by default, and at most, what the model
                reads whole.

        Raises:
            ValueError: the model is none of this task.
            DataError: fewer than two sentences are short enough.
        """
        vocabulary = getattr(model, "vocabulary", None)
        if not isinstance(vocabulary, TokenVocabulary):
            raise ValueError(f"a {type(model).__name__} is not a model of sentences")
        most = min(length_limit or model.codec.max_tokens, model.codec.max_tokens)
        examples = short_enough(examples, vocabulary, most, "given", least=2)
        if not warn_all_unknown(vocabulary, examples, "given"):
            warn_unknown(vocabulary, examples)
        self = cls.__new__(cls)
        self._set([], examples, vocabulary)
        self.data = {"name": "examples", "task": cls.name}
        self.options = {**OPTIONS, "tokens": vocabulary.unit}
        self._sha256 = None
        return self

    def _set(self, train, dev, vocabulary):
        self.train_examples, self.dev_examples, self.vocabulary = train, dev, vocabulary
        self.vocabulary_size, self.max_length = vocabulary.size, vocabulary.max_length

    def description(self):
        sha256 = self._sha256  # what is on the disk has lost its unknown tokens
        if sha256 is None:
            digest = hashlib.sha256()
            for part in (self.train_examples, self.dev_examples):
                digest.update("".join(f"{s.text}\n" for s in part).encode() + b"\n")
            sha256 = digest.hexdigest()
        return {**self.data, **self.sizes(), "sha256": sha256}

    # Examples in.

    def complete(self, recipe):
        self.refuse_unlabelled(recipe)
        if recipe.augmentation not in ("auto", None):
            raise RecipeError(
                "the task 'text' has no augmentation. Received: "
                f"augmentation={recipe.augmentation!r}"
            )
        if recipe.rounds is not None:
            raise RecipeError(
                f"recipe {recipe.name!r}: the task 'text' makes no further examples of a trained "
                "model. Set rounds=None"
            )
        for name, own in self.options.items():
            asked = getattr(recipe, name)
            if asked not in (own, 0, "auto"):
                raise RecipeError(
                    f"the recipe has {name}={asked!r}, the task was made with {name}={own!r}"
                )
        return recipe.replace(augmentation=None, **self.options)

    def encode(self, examples):
        if isinstance(examples, StoredSentences):
            return {"source": examples.ids, "target": examples.ids}
        rows = [self.vocabulary.encode(sentence.text) for sentence in examples]
        ids = np.zeros((len(rows), max(map(len, rows), default=1)), "int32")
        for row, values in zip(ids, rows, strict=True):
            row[: len(values)] = values
        return {"source": ids, "target": ids}

    # The model, strings out.

    def model(self, recipe, seed=0):
        from keras_vae_collapse.tasks.text.text_vae import TextVAE

        return TextVAE(self.vocabulary, **self.parts(recipe, seed))

    def text(self, ids):
        return self.vocabulary.decode(ids)

    def texts(self, model, ids):
        return [text.decode("utf-8", "replace") for text in model.codec.texts(ids).numpy()]

    def gold(self, example):
        return example.text

    def cells(self, example):
        return (example.text,)

    def figures(self, examples, outputs):
        gold, vocabulary = [example.text for example in examples], self.vocabulary
        best = [n_best[0] for n_best in outputs]
        return {
            **reconstruction_figures(gold, best, vocabulary.figure_unit),
            **({"bleu": bleu.bleu(gold, best)} if bleu.installed() else {}),
            "count": len(gold),
            "symbols": sum(vocabulary.figure_length(text) + 1 for text in gold),
            "unknown_tokens": sum(len(vocabulary.unknown(text)) for text in gold),
        }

    def further_figures(self, figures, model, seed=0):
        counts = figures["count"], figures["symbols"]
        return {
            **sample_figures(model.sample(SAMPLES, seed)),
            "perplexity_elbo": perplexity(figures["negative_elbo_nats"], *counts),
            "perplexity_iw": perplexity(figures["iw_nll_nats"], *counts),
        }

    def table(self, figures):
        beam = figures.get("beam", figures)
        labels = {"exact_match": "exact match", "token_error_rate": "token error rate"}
        rows = [(label, f"{figures[n]:.4f}", f"{beam[n]:.4f}") for n, label in labels.items()]
        in_beam = dict(_shown(beam, ["bleu"]))
        return rows + [(title, cell, in_beam[title]) for title, cell in _shown(figures, ["bleu"])]

    def details(self, figures):
        unit = self.vocabulary.figure_unit.removesuffix("s")
        share = figures["unknown_tokens"] / max(1, figures["symbols"] - figures["count"])
        rows = [
            (f"perplexity of a {unit}, by the ELBO", f"{figures['perplexity_elbo']:,.3f}"),
            (f"perplexity of a {unit}, importance-weighted", f"{figures['perplexity_iw']:,.3f}"),
            (f"unknown {unit}s", f"{share:.2%}"),
            *_shown(figures, ["distinct_1", "distinct_2", "self_bleu"]),
        ]
        missing = [] if "bleu" in figures else [f"for BLEU and self-BLEU: {bleu.INSTALL}"]
        per = figures["symbols"] / figures["count"]
        return [
            *(f"{label:42s}{value:>10s}" for label, value in rows),
            f"perplexities count the end of a sentence as a {unit}: {per:.2f} {unit}s a sentence",
            *missing,
        ]

    def dev_options(self):
        return ""  # the commands read it again from where `config.json` says

    # Where a trained model goes.

    def endpoints(self, model):
        from keras_vae_collapse.tasks.text.text_endpoints import sentence_endpoints

        return sentence_endpoints(model)

    def prior_samples(self, model, count, seed=0):
        return [(sentence,) for sentence in model.sample(count, seed)]

    def latent_table(self, model):
        from keras_vae_collapse.metrics import encode_all
        from keras_vae_collapse.models.functions import ModelFunctions

        encode, inputs = ModelFunctions(model).encode, self.encode(self.dev_examples)
        vectors, _ = encode_all(encode, inputs, _ROWS)
        columns, rows = self.columns, [self.cells(sentence) for sentence in self.dev_examples]
        factors = [factors_of(sentence.text) for sentence in self.dev_examples]
        if None in factors:
            return vectors, columns, rows
        rows = [(*row, *found) for row, found in zip(rows, factors, strict=True)]
        return vectors, (*columns, *Factors._fields), rows


def _shown(figures, names):
    """Title and text of those figures that are there."""
    from keras_vae_collapse.metrics.figures import FIGURES  # its package needs TensorFlow

    return [(FIGURES[n].title, FIGURES[n].show(figures[n])) for n in names if n in figures]

"""Words alone, to be reproduced: the unsupervised task."""

import warnings

from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.tasks.data_errors import DataError, DataWarning
from keras_vae_collapse.tasks.reinflection.example import Example
from keras_vae_collapse.tasks.reinflection.labelled_part import labelled_part
from keras_vae_collapse.tasks.reinflection.load import load
from keras_vae_collapse.tasks.reinflection.task import ReinflectionTask
from keras_vae_collapse.tasks.reinflection.unlabelled_parts import are_alone
from keras_vae_collapse.tasks.reinflection.vocabulary import Vocabulary, warn_unseen
from keras_vae_collapse.tasks.reinflection.word_lists import read_words


class WordTask(ReinflectionTask):
    """Words without features, in and out: an autoencoder of characters.

    The development examples are the different targets of the development set.

    Args:
        data, language, task, added_tasks, dev, labelled: as for `ReinflectionTask`; features are
            left aside.
        unlabeled: files of one word a line. Without any, the words are those of the training
            examples.

    Raises:
        DataError: the data cannot be read; the message names file, line and value.

    Example:

    ```python
    from keras_vae_collapse.tasks.reinflection import WordTask

    task = WordTask("demo")
    assert task.train_examples[0].source == task.train_examples[0].target
    ```
    """

    columns = ("word", "features")

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
        self.labelled = labelled
        words = (word for e in labelled_part(loaded.train, labelled) for word in e.words)
        if unlabeled:
            words = (word for word, *_ in read_words(unlabeled))
        train, held_out = _copies(words), _copies(e.target for e in loaded.dev)
        if len(held_out) < 2:
            raise DataError("the development set must have at least two different targets")
        self._set(train, held_out, Vocabulary.from_examples(train))
        warn_unseen(self.vocabulary, held_out)
        self._note(data, loaded, dev, unlabeled, added_tasks)
        if seen := len(held_out) - self.unseen_rows:
            warnings.warn(
                f"{seen:,} of {len(held_out):,} development words are among those of training: "
                "figures on the development set say less about new words",
                DataWarning,
                stacklevel=2,
            )

    def complete(self, recipe):
        if recipe.augmentation not in ("auto", None) or recipe.rounds is not None:
            raise RecipeError("words alone have neither augmentation nor rounds: set them to None")
        if not are_alone(recipe.unlabeled):
            raise RecipeError(
                "the task of words alone needs a recipe with unlabeled.class=WordsAlone. "
                f"Received: unlabeled={recipe.unlabeled!r}"
            )
        return recipe.replace(augmentation=None, labelled=self._labelled_of(recipe))


def _copies(words):
    """An example of each different word, in the order in which they come first."""
    return [Example(word, "", word) for word in dict.fromkeys(words)]

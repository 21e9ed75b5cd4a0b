"""Parts of words by byte-pair encoding: how they are learned, and how a text is cut into them."""

import collections
import importlib.util
import json
import re
from collections.abc import Iterable, Iterator, Sequence

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.core.errors import RecipeError

Merge = tuple[str, str]
STRETCH = 64  # characters that merges may join, the space before a word among them
_STRETCHES = rf" [^ ]{{0,{STRETCH - 1}}}|[^ ]{{1,{STRETCH}}}"
_MOST_KNOWN = 2**16  # stretches that are remembered
_UNKNOWN = "\0"  # no text holds it
INSTALL = "pip install 'keras-vae-collapse[text]'"


def installed() -> bool:
    """Whether the library is there that learns subwords; to use a model no one needs it."""
    return importlib.util.find_spec("tokenizers") is not None


def learn_subwords(texts: Iterable[str], limit: int) -> tuple[tuple[str, ...], tuple[Merge, ...]]:
    """The subwords of texts, by byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909).

    At first every character is a subword, the space before a word among them; then the most
    frequent pair of neighbours within a word becomes a new one, again and again. Which subwords
    come out depends on the texts alone. A word is taken in stretches of 64 characters, so that no
    text takes a time that grows with the square of its length.

    Args:
        texts: sentences, their words joined by single spaces, at least one. They are gone through
            twice, so that an iterator will not do.
        limit: at most this many subwords, at least 1. Of more characters the most frequent stay.

    Returns:
        `(tokens, merges)`: the subwords, and the pairs that were joined, in their order.

    Raises:
        RecipeError: the library `tokenizers` is not installed.
        ValueError: `limit` lies outside its range.

    Example:

    ```python
    from keras_vae_collapse.tasks.text.subwords import learn_subwords

    tokens, merges = learn_subwords(["low lower lowest"], limit=9)
    assert tokens == (" ", "e", "l", "o", "r", "s", "t", "w", " l")
    assert merges == ((" ", "l"),)
    ```
    """
    check_integer("limit", limit, low=1)
    if not installed():
        raise RecipeError(
            f"tokens='subwords' needs the library tokenizers to learn them: {INSTALL}. "
            "Or choose 'words' or 'characters'"
        )
    import tokenizers

    counts = collections.Counter[str]()
    for text in texts:
        counts.update(f" {text}")
    # The library would choose among characters that are equally frequent by chance.
    alphabet = sorted(counts, key=lambda character: (-counts[character], character))[:limit]
    learner = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token=_UNKNOWN))
    stretches = tokenizers.Regex(_STRETCHES)
    learner.pre_tokenizer = tokenizers.pre_tokenizers.Split(stretches, "isolated")
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=limit + 1,  # the unknown one is counted
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        special_tokens=[_UNKNOWN],
        show_progress=False,
    )
    learner.train_from_iterator((" " + text for text in texts), trainer)
    numbers = learner.get_vocab(with_added_tokens=False)
    tokens = sorted(numbers.keys() - {_UNKNOWN}, key=numbers.__getitem__)
    merges = json.loads(learner.to_str())["model"]["merges"]
    return tuple(tokens), tuple((left, right) for left, right in merges)


class SubwordSplitter:
    """Cuts texts into subwords, as the merges say that were learned.

    The pair that was learned first is joined first, of equal ones the one on the left, until no
    pair is left that was learned.

    Args:
        merges: of `learn_subwords`.

    Example:

    ```python
    from keras_vae_collapse.tasks.text.subwords import SubwordSplitter

    split = SubwordSplitter([("l", "o"), (" ", "lo")])
    assert split("low lo") == [" lo", "w", " lo"]
    ```
    """

    def __init__(self, merges: Sequence[Merge]):
        self._ranks = {pair: rank for rank, pair in reversed(list(enumerate(merges)))}
        self._known: dict[str, list[str]] = {}

    def __call__(self, text: str) -> list[str]:
        return [subword for stretch in stretches(text) for subword in self._split(stretch)]

    def _split(self, stretch):
        found = self._known.get(stretch)
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[stretch] = self._merged(list(stretch))
        return found

    def _merged(self, parts):
        ranks, none = self._ranks, len(self._ranks)
        while len(parts) > 1:
            pairs = [ranks.get(pair, none) for pair in zip(parts, parts[1:], strict=False)]
            first = min(pairs)
            if first == none:
                break
            place = pairs.index(first)
            parts[place : place + 2] = [parts[place] + parts[place + 1]]
        return parts


def stretches(text: str) -> Iterator[str]:
    """The stretches of a text within which merges join, a space before each word."""
    return (found[0] for found in re.finditer(_STRETCHES, f" {text}")) if text else iter(())

"""The tokens of sentences and their ids."""

import collections
import dataclasses
import functools
from collections.abc import Iterable, Sequence

from keras_vae_collapse.core.checks import check_choice, check_integer
from keras_vae_collapse.core.special_ids import EOS, FIRST_SYMBOL, UNK
from keras_vae_collapse.tasks.text.subwords import Merge, SubwordSplitter, learn_subwords

UNITS = ("words", "characters", "subwords")
UNKNOWN = "<unk>"


@dataclasses.dataclass(frozen=True)
class TokenVocabulary:
    """The known tokens, their ids, and what a token is.

    Ids 0 to 3 are padding, unknown token, start and end of a sentence; the tokens follow. Whatever
    a text holds, such as the `<unk>` of the Penn Treebank, is a token like any other.

    Args:
        tokens: the known tokens, each once.
        max_length: tokens of the longest sentence, end not counted, at least 1.
        unit: what a token is: `"words"`, what stands between white space, or `"characters"`,
            Unicode code points, the space among them; or `"subwords"`, parts of words by
            byte-pair encoding, of which the first has the space before the word in it.
        merges: of subwords, the pairs that are joined, in their order; see `learn_subwords`.

    Raises:
        ValueError: a token is empty, is there twice, or is none of its unit: a word with white
            space in it, a character that is not one code point, a subword with a space behind its
            beginning; or holds NUL or a lone surrogate, neither of which survives in a TensorFlow
            string; or a merge is of tokens that are not known.
        RecipeError: subwords are to be learned and the library is not there.

    Example:

    ```python
    from keras_vae_collapse.tasks.text import TokenVocabulary

    vocabulary = TokenVocabulary.from_texts(["the dog barks", "the cat"], limit=3)
    assert vocabulary.tokens == ("the", "barks", "cat")
    assert vocabulary.encode("the dog") == [4, 1, 3]
    assert vocabulary.decode([4, 6, 3, 0]) == "the cat"
    ```
    """

    tokens: tuple[str, ...]
    max_length: int
    unit: str = "words"
    merges: tuple[Merge, ...] = ()

    def __post_init__(self):
        check_integer("max_length", self.max_length, low=1)
        check_choice("unit", self.unit, UNITS)
        for token in self.tokens:
            if not (isinstance(token, str) and self._is_token(token)):
                raise ValueError(f"`tokens` must not hold {token!r}, which is none of {self.unit}")
        if len(set(self.tokens)) < len(self.tokens):
            twice = collections.Counter(self.tokens).most_common(1)[0][0]
            raise ValueError(f"`tokens` must hold each token once. Received twice: {twice!r}")
        if self.merges and self.unit != "subwords":
            raise ValueError(f"`merges` are for subwords. Received: unit={self.unit!r}")
        for left, right in self.merges:
            if not {left, right, left + right} <= self.ids.keys():
                raise ValueError(
                    "`merges` must be pairs of tokens that make up a token. "
                    f"Received: {(left, right)!r}"
                )

    @classmethod
    def from_texts(cls, texts: Iterable[str], limit: int = 10_000, unit: str = "words"):
        """The vocabulary of the most frequent tokens, most frequent first, equals in their order.

        Subwords are those of `learn_subwords`, in the order in which they were learned.

        Args:
            texts: sentences, their words joined by single spaces, at least one. For subwords they
                are gone through twice, so that an iterator will not do.
            limit: at most this many tokens, at least 1; special ids are not counted.
            unit: what a token is.
        """
        check_integer("limit", limit, low=1)
        if unit == "subwords":
            tokens, merges = learn_subwords(texts, limit)
            self = cls(tokens, 1, unit, merges)
            return self.reaching(max((len(self.split(text)) for text in texts), default=1))
        counts: collections.Counter[str] = collections.Counter()
        longest = 1
        for text in texts:
            found = split(text, unit)
            counts.update(found)
            longest = max(longest, len(found))
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        return cls(tuple(ranked[:limit]), longest, unit)

    def reaching(self, length: int) -> "TokenVocabulary":
        """The vocabulary with this `max_length`, but at least 1."""
        return dataclasses.replace(self, max_length=max(1, length))

    @property
    def size(self) -> int:
        """Number of symbols, the four special ones included."""
        return FIRST_SYMBOL + len(self.tokens)

    def split(self, text: str) -> list[str]:
        """The tokens of a text."""
        return self._splitter(text) if self.unit == "subwords" else split(text, self.unit)

    def length(self, text: str) -> int:
        """The number of tokens of a text."""
        return len(self.split(text)) if self.unit == "subwords" else length_of(text, self.unit)

    def figure_length(self, text: str) -> int:
        """The length of a text in `figure_unit`."""
        return length_of(text, self.figure_unit)

    def encode(self, text: str) -> list[int]:
        """The ids of a text, end symbol last."""
        ids = self.ids
        return [ids.get(token, UNK) for token in self.split(text)] + [EOS]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of some ids up to the first end symbol; an unknown token is `<unk>`.

        Raises:
            ValueError: an id is not of this vocabulary.
        """
        tokens = []
        for i in map(int, ids):
            if not 0 <= i < self.size:
                raise ValueError(f"`ids` must lie in [0, {self.size - 1}]. Received: {i}")
            if i == EOS:
                break
            if i == UNK:
                tokens.append(UNKNOWN)
            elif i >= FIRST_SYMBOL:
                tokens.append(self.tokens[i - FIRST_SYMBOL])
        text = self.separator.join(tokens)
        return text.strip(" ") if self.unit == "subwords" else text

    @property
    def separator(self) -> str:
        """What stands between the tokens of a text."""
        return " " if self.unit == "words" else ""

    @property
    def figure_unit(self) -> str:
        """What figures count: words where tokens are parts of them, or else tokens.

        So a perplexity does not depend on how words are cut.
        """
        return "words" if self.unit == "subwords" else self.unit

    def unknown(self, text: str) -> list[str]:
        """The tokens of a text that are not known; of subwords, the words that have such a part."""
        if self.unit == "subwords":
            return [
                word
                for word in split(text, "words")
                if any(part not in self.ids for part in self._splitter(word))
            ]
        return [token for token in self.split(text) if token not in self.ids]

    def to_config(self) -> dict:
        """The vocabulary as a dictionary that JSON can hold."""
        config = {"tokens": list(self.tokens), "max_length": self.max_length, "unit": self.unit}
        if self.unit == "subwords":
            config["merges"] = [list(pair) for pair in self.merges]
        return config

    @classmethod
    def from_config(cls, config: dict) -> "TokenVocabulary":
        """The inverse of `to_config`."""
        merges = tuple((left, right) for left, right in config.get("merges", ()))
        return cls(**{**config, "tokens": tuple(config["tokens"]), "merges": merges})

    def _is_token(self, token):
        if "\0" in token or any("\ud800" <= c <= "\udfff" for c in token):
            return False
        if self.unit == "characters":
            return len(token) == 1
        if self.unit == "subwords":
            if token == " ":
                return True
            token = token.removeprefix(" ")
        return token != "" and not set(token) & set(" \t\n\v\f\r")

    @functools.cached_property
    def ids(self) -> dict[str, int]:
        """The id of each token."""
        return {token: i for i, token in enumerate(self.tokens, start=FIRST_SYMBOL)}

    @functools.cached_property
    def _splitter(self):
        return SubwordSplitter(self.merges)


def split(text: str, unit: str) -> list[str]:
    """The words or characters of a text whose words stand between single spaces."""
    if unit == "characters":
        return list(text)
    return text.split(" ") if text else []


def length_of(text: str, unit: str) -> int:
    """The number of words or characters of a text whose words stand between single spaces."""
    return len(text) if unit == "characters" or not text else text.count(" ") + 1

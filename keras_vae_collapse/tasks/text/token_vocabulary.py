"""The tokens of sentences and their ids."""

import collections
import dataclasses
import functools
from collections.abc import Iterable, Sequence

from keras_vae_collapse.core.checks import check_choice, check_integer
from keras_vae_collapse.core.special_ids import EOS, FIRST_SYMBOL, UNK

UNITS = ("words", "characters")
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
            Unicode code points, the space among them.

    Raises:
        ValueError: a token is empty, is there twice, or is none of its unit: a word with white
            space in it, a character that is not one code point; or holds NUL or a lone surrogate,
            neither of which survives in a TensorFlow string.

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

    def __post_init__(self):
        check_integer("max_length", self.max_length, low=1)
        check_choice("unit", self.unit, UNITS)
        for token in self.tokens:
            if not (isinstance(token, str) and self._is_token(token)):
                raise ValueError(f"`tokens` must not hold {token!r}, which is none of {self.unit}")
        if len(set(self.tokens)) < len(self.tokens):
            twice = collections.Counter(self.tokens).most_common(1)[0][0]
            raise ValueError(f"`tokens` must hold each token once. Received twice: {twice!r}")

    @classmethod
    def from_texts(cls, texts: Iterable[str], limit: int = 10_000, unit: str = "words"):
        """The vocabulary of the most frequent tokens, most frequent first, equals in their order.

        Args:
            texts: sentences, their tokens joined by single spaces, at least one.
            limit: at most this many tokens, at least 1; special ids are not counted.
            unit: what a token is.
        """
        check_integer("limit", limit, low=1)
        counts: collections.Counter[str] = collections.Counter()
        longest = 1
        for text in texts:
            found = split(text, unit)
            counts.update(found)
            longest = max(longest, len(found))
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        return cls(tuple(ranked[:limit]), longest, unit)

    @property
    def size(self) -> int:
        """Number of symbols, the four special ones included."""
        return FIRST_SYMBOL + len(self.tokens)

    def split(self, text: str) -> list[str]:
        """The tokens of a text."""
        return split(text, self.unit)

    def encode(self, text: str) -> list[int]:
        """The ids of a text, end symbol last."""
        ids = self._ids
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
        return self.separator.join(tokens)

    @property
    def separator(self) -> str:
        """What stands between the tokens of a text."""
        return " " if self.unit == "words" else ""

    def unknown(self, text: str) -> list[str]:
        """The tokens of a text that are not known."""
        return [token for token in self.split(text) if token not in self._ids]

    def to_config(self) -> dict:
        """The vocabulary as a dictionary that JSON can hold."""
        return {"tokens": list(self.tokens), "max_length": self.max_length, "unit": self.unit}

    @classmethod
    def from_config(cls, config: dict) -> "TokenVocabulary":
        """The inverse of `to_config`."""
        return cls(**{**config, "tokens": tuple(config["tokens"])})

    def _is_token(self, token):
        if "\0" in token or any("\ud800" <= c <= "\udfff" for c in token):
            return False
        if self.unit == "characters":
            return len(token) == 1
        return token != "" and not set(token) & set(" \t\n\v\f\r")

    @functools.cached_property
    def _ids(self):
        return {token: i for i, token in enumerate(self.tokens, start=FIRST_SYMBOL)}


def split(text: str, unit: str) -> list[str]:
    """The tokens of a text whose words stand between single spaces."""
    if unit == "characters":
        return list(text)
    return text.split(" ") if text else []

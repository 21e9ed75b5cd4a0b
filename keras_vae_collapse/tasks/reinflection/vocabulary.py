"""The symbols and features that a model knows."""

import dataclasses
import functools
import warnings

from keras_vae_collapse.core.checks import check_choice, check_integer
from keras_vae_collapse.core.special_ids import EOS, FIRST_SYMBOL, UNK
from keras_vae_collapse.tasks.data_errors import DataWarning, shortened
from keras_vae_collapse.tasks.reinflection.features import CHECKS, split_features


@dataclasses.dataclass(frozen=True)
class Vocabulary:
    """Characters and features of the training data, and their ids.

    Ids 0 to 3 are padding, unknown, start and end of a word; characters follow. A character is
    a Unicode code point. Feature 0 is the unknown feature; the known ones follow.

    Args:
        characters: the characters, each once.
        features: the features, `key=value` or UniMorph tags, each once.
        max_length: length of the longest word, in characters, at least 0.
        separator: what parts the features of a string: `","`, or `";"` of UniMorph tags.

    Raises:
        ValueError: a character is not one code point, is NUL or a lone surrogate (neither
            survives in a TensorFlow string); a feature is empty or has a separator in it; or
            something is there twice.

    Example:

    ```python
    from keras_vae_collapse.tasks.reinflection import Example, Vocabulary

    vocabulary = Vocabulary.from_examples([Example("ev", "pos=N,num=PL", "evler")])
    assert vocabulary.decode_ids(vocabulary.encode_word("ever")) == "ever"
    assert vocabulary.encode_features("num=PL,case=ABL") == [1, 1, 0]
    ```
    """

    characters: tuple
    features: tuple
    max_length: int
    separator: str = ","

    def __post_init__(self):
        check_integer("max_length", self.max_length, low=0)
        check_choice("separator", self.separator, tuple(CHECKS))
        _check_unique("characters", self.characters, _is_character)
        _check_unique("features", self.features, self._is_feature)

    @classmethod
    def from_examples(cls, examples):
        """The vocabulary of sources, targets and target features, in code point order.

        Features are UniMorph tags where none has an equals sign, and any a semicolon or none a
        comma.
        """
        examples = list(examples)
        words = [word for e in examples for word in e.words]
        texts = {e.features for e in examples}
        marks = set().union(*texts)
        tags = marks and "=" not in marks and (";" in marks or "," not in marks)
        separator = ";" if tags else ","
        return cls(
            characters=tuple(sorted(set().union(*words))),
            features=tuple(sorted({f for text in texts for f in split_features(text, separator)})),
            max_length=max(map(len, words), default=0),
            separator=separator,
        )

    @property
    def size(self):
        """Number of symbols, the four special ones included."""
        return FIRST_SYMBOL + len(self.characters)

    @property
    def feature_size(self):
        """Length M of the feature vector, the unknown feature included."""
        return 1 + len(self.features)

    @property
    def max_form_length(self):
        """The longest form to expect of a model, in characters: ten more than were ever seen."""
        return self.max_length + 10

    def encode_word(self, word):
        """The ids of a word, end symbol last."""
        ids = self._ids
        return [ids.get(character, UNK) for character in word] + [EOS]

    def decode_ids(self, ids):
        """The word of some ids: up to the first end symbol, special symbols left out.

        Raises:
            ValueError: an id is not of this vocabulary.
        """
        word = []
        for i in map(int, ids):
            if not 0 <= i < self.size:
                raise ValueError(f"`ids` must lie in [0, {self.size - 1}]. Received: {i}")
            if i == EOS:
                break
            word += self.characters[i - FIRST_SYMBOL] if i >= FIRST_SYMBOL else ""
        return "".join(word)

    def encode_features(self, features):
        """The binary feature vector, M zeros and ones, of features as the training data have."""
        positions = self._positions
        vector = [0] * self.feature_size
        for feature in split_features(features, self.separator):
            vector[positions.get(feature, 0)] = 1
        return vector

    def check_features(self, features):
        """Raises `ValueError` unless features are written as the training data have them."""
        CHECKS[self.separator](features)

    def unseen(self, examples, found=None):
        """Characters and features that are not known.

        Args:
            examples: `Example`s.
            found: the result for earlier examples, which is added to; or `None`.

        Returns:
            `{(kind, value): (count, place of the first)}`, kind `"character"` or `"feature"`.
        """
        found = {} if found is None else found
        for e in examples:
            values = [("character", c) for c in "".join(e.words) if c not in self._ids]
            features = split_features(e.features, self.separator)
            values += [("feature", f) for f in features if f not in self._positions]
            for value in values:
                count, place = found.get(value, (0, e.place))
                found[value] = (count + 1, place)
        return found

    def to_config(self):
        """The vocabulary as a dictionary that JSON can hold."""
        return {
            "characters": list(self.characters),
            "features": list(self.features),
            "max_length": self.max_length,
            **({} if self.separator == "," else {"separator": self.separator}),
        }

    @classmethod
    def from_config(cls, config):
        """The inverse of `to_config`."""
        return cls(**{**config, **{n: tuple(config[n]) for n in ("characters", "features")}})

    def _is_feature(self, value):
        return value != "" and self.separator not in value

    @functools.cached_property
    def _ids(self):
        return {c: i for i, c in enumerate(self.characters, start=FIRST_SYMBOL)}

    @functools.cached_property
    def _positions(self):
        return {feature: i for i, feature in enumerate(self.features, start=1)}


def warn_unseen(vocabulary, examples, shown=5):
    """One `DataWarning` that counts the symbols a vocabulary does not know, if there are any.

    Args:
        vocabulary: a `Vocabulary`.
        examples: a list of `Example`.
        shown: of how many symbols, the most frequent first, the warning names value, count,
            and file and line of the first occurrence.
    """
    unseen = vocabulary.unseen(examples)
    if unseen:
        warnings.warn(unseen_message(unseen, shown), DataWarning, stacklevel=2)


def unseen_message(unseen, shown=5):
    """The text of that warning, for what `Vocabulary.unseen` gives."""
    characters = sum(kind == "character" for kind, _ in unseen)
    lines = [
        f"{characters} characters and {len(unseen) - characters} features were not seen in "
        "training and are read as unknown:"
    ]
    by_count = sorted(unseen.items(), key=lambda item: -item[1][0])
    for (kind, value), (count, place) in by_count[:shown]:
        lines.append(f"  {kind} {_named(value)}, {count} times, first in {place}")
    if len(by_count) > shown:
        lines.append(f"  and {len(by_count) - shown} more")
    return "\n".join(lines)


def _named(value):
    return f"{value!r} (U+{ord(value):04X})" if len(value) == 1 else shortened(value)


def _check_unique(name, values, is_valid):
    for value in values:
        if not (isinstance(value, str) and is_valid(value)):
            raise ValueError(f"`{name}` must not hold {value!r}")
    if len(set(values)) < len(values):
        raise ValueError(f"`{name}` must hold each value once. Received: {values!r}")


def _is_character(value):
    return len(value) == 1 and value != "\0" and not "\ud800" <= value <= "\udfff"

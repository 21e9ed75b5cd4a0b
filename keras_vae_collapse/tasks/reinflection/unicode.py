"""What may stand in a word, and the warning about two spellings of one string."""

import re
import unicodedata
import warnings

from keras_vae_collapse.tasks.data_errors import DataWarning

# Controls, line separators, the byte order mark, surrogates: no letter of any word, and each
# breaks a line-oriented file, a terminal or UTF-8.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


def forbidden_character(text):
    """The first character of `text` that no field may contain, as `U+0000`, or `None`."""
    match = _FORBIDDEN.search(text)
    return f"U+{ord(match.group()):04X}" if match else None


def warn_mixed_normalization(examples, name):
    """One `DataWarning` if a string is spelt in several Unicode normal forms.

    "é" can be one code point (NFC) or two, "e" and a combining accent (NFD). They look alike,
    and to the model they are different words.

    Args:
        examples: a list of `Example`.
        name: what to call the data in the warning.
    """
    words = {word for example in examples for word in example.words}
    decomposed = [word for word in words if not unicodedata.is_normalized("NFC", word)]
    spellings = {}
    for word in decomposed:
        composed = unicodedata.normalize("NFC", word)
        spellings.setdefault(composed, {composed} & words).add(word)
    mixed = sorted(composed for composed, found in spellings.items() if len(found) > 1)
    if mixed:
        example = " and ".join(ascii(word) for word in sorted(spellings[mixed[0]]))
        warnings.warn(
            f"{name}: {len(mixed)} of {len(words)} different words are spelt in more than one "
            f"Unicode normal form, such as {example}. They are read as different words; "
            "normalise the files to NFC if that is not meant.",
            DataWarning,
            stacklevel=3,
        )

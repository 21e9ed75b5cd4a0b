"""What is said of sentences that are too long or unknown to a model."""

import warnings

from keras_vae_collapse.tasks.reinflection.example import DataError
from keras_vae_collapse.tasks.reinflection.unicode import DataWarning, shortened
from keras_vae_collapse.tasks.text.corpus import Sentence

_SHOWN = 5


def short_enough(sentences: list[Sentence], unit, limit, part, least=1):
    """The sentences of at most `limit` tokens; a warning counts the others."""
    lengths = [_length(sentence.text, unit) for sentence in sentences]
    kept = [s for s, length in zip(sentences, lengths, strict=True) if length <= limit]
    if len(kept) < len(sentences):
        first = next(i for i, length in enumerate(lengths) if length > limit)
        message = (
            f"{len(sentences) - len(kept):,} of {len(sentences):,} {part} sentences have more than "
            f"{limit} {unit} (length_limit) and are left out, the first in "
            f"{sentences[first].place}: {lengths[first]:,} {unit}, "
            f"{shortened(sentences[first].text, 40)}"
        )
        if len(kept) < least:
            raise DataError(f"too few {part} sentences are left: {message}")
        warnings.warn(message, DataWarning, stacklevel=3)
    return kept


def check_readable(model, sentences: list[Sentence]):
    """Makes sure that a model reads each sentence whole.

    Raises:
        DataError: it does not; the message names place, length and sentence.
    """
    unit, limit = model.vocabulary.unit, model.codec.max_tokens
    for sentence in sentences:
        length = _length(sentence.text, unit)
        if length > limit:
            raise DataError(
                f"{sentence.place}: {length:,} {unit}; the model reads at most {limit:,}: "
                f"{shortened(sentence.text, 40)}"
            )


def warn_all_unknown(vocabulary, sentences):
    """One `DataWarning` if no token of the sentences is known: another language, perhaps."""
    if sentences and not any(
        len(vocabulary.unknown(s.text)) < len(vocabulary.split(s.text)) for s in sentences
    ):
        warnings.warn(
            f"no token of the {len(sentences):,} development sentences is known, the first is "
            f"{shortened(sentences[0].text, 60)} ({sentences[0].place}): all are read as unknown, "
            "and figures on them say nothing",
            DataWarning,
            stacklevel=3,
        )


def warn_unknown(vocabulary, sentences):
    """One `DataWarning` that counts the tokens that the model does not know and names some."""
    unknown = [token for sentence in sentences for token in vocabulary.unknown(sentence.text)]
    if not unknown:
        return
    total = sum(len(vocabulary.split(sentence.text)) for sentence in sentences)
    names = list(dict.fromkeys(unknown))
    shown = ", ".join(shortened(name, 20) for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    kind = vocabulary.unit if total > 1 else vocabulary.unit[:-1]
    warnings.warn(
        f"{len(unknown):,} of {total:,} {kind} unknown to the model: {shown}{more}",
        DataWarning,
        stacklevel=3,
    )


def _length(text, unit):
    return len(text) if unit == "characters" else text.count(" ") + 1

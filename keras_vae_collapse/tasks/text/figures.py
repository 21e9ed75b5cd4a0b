"""Figures of sentences: exact match, token error rate, perplexity."""

import math
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from keras_vae_collapse.tasks.text.token_vocabulary import split


def reconstruction_figures(gold: Sequence[str], outputs: Sequence[str], unit="words") -> dict:
    """How well sentences are reproduced.

    ```
    exact_match      = share of sentences whose output is the sentence
    token_error_rate = sum of edit distances in tokens / sum of lengths of the sentences
    ```

    As in a word error rate an output that is too long can give more than 1. End symbols are not
    counted. Tokens that the model does not know are compared as they are: none can be right.

    Args:
        gold: the sentences, at least one token in all.
        outputs: the best output for each.
        unit: what a token is, see `TokenVocabulary`.

    Returns:
        A dictionary with `exact_match` in [0, 1] and `token_error_rate` of at least 0.

    Raises:
        ValueError: there is no token, or the numbers differ.

    Example:

    ```python
    from keras_vae_collapse.tasks.text.figures import reconstruction_figures

    figures = reconstruction_figures(["a b c", "d"], ["a c", "d"])
    assert figures == {"exact_match": 0.5, "token_error_rate": 0.25}
    ```
    """
    errors = tokens = right = 0
    for sentence, output in zip(gold, outputs, strict=True):
        wanted, found = split(sentence, unit), split(output, unit)
        errors += Levenshtein.distance(found, wanted)
        tokens += len(wanted)
        right += sentence == output
    if not tokens:
        raise ValueError("`gold` must hold at least one token. Received none.")
    return {"exact_match": right / len(gold), "token_error_rate": errors / tokens}


def perplexity(nats_per_sentence: float, sentences: int, symbols: int) -> float:
    """The perplexity of a symbol.

    ```
    exp(nats_per_sentence * sentences / symbols)
    ```

    Args:
        nats_per_sentence: mean negative log-likelihood of a sentence, or a bound on it.
        sentences: their number.
        symbols: tokens of all sentences and one end symbol for each: the model predicts the end,
            too, and its nats are in the likelihood.

    Returns:
        A number of at least 1; infinity where it is too large for a float.

    Example:

    ```python
    import math
    from keras_vae_collapse.tasks.text.figures import perplexity

    # Two sentences of three words and an end, each symbol one of four that are equally likely.
    assert abs(perplexity(4 * math.log(4), sentences=2, symbols=8) - 4) < 1e-12
    ```
    """
    try:
        return math.exp(nats_per_sentence * sentences / symbols)
    except OverflowError:
        return math.inf

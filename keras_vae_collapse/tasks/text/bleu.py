"""BLEU of sentences, by sacrebleu, which is an optional part of an installation."""

import importlib.util
from collections.abc import Sequence

INSTALL = "pip install 'keras-vae-collapse[text]'"


def installed() -> bool:
    """Whether sacrebleu is there."""
    return importlib.util.find_spec("sacrebleu") is not None


def bleu(gold: Sequence[str], outputs: Sequence[str]) -> float:
    """The BLEU of outputs against their sentences (Papineni et al. 2002), 0 to 100.

    ```
    100 min(1, exp(1 - r / c)) exp(1/4 sum_n log p_n),   n = 1 to 4
    p_n = n-grams of the outputs that are in their sentences / n-grams of the outputs
    ```

    with `r` and `c` the words of all sentences and of all outputs. It is sacrebleu's corpus BLEU
    with its exponential smoothing. Words are what stands between white space, also for a model of
    characters (`tokenize="none"`). Where the outputs have no n-grams of 4 words at all, the longest
    that they have count as the last (`effective_order`).

    Args:
        gold: the sentences, at least one.
        outputs: one output for each.

    Returns:
        A float in [0, 100].

    Raises:
        ValueError: there is no sentence, or the numbers differ.
        ImportError: sacrebleu is not installed.

    Example:

    ```python
    from keras_vae_collapse.tasks.text.bleu import bleu

    assert bleu(["the dog barks at me"], ["the dog barks at me"]) == 100.0
    assert 0 < bleu(["the dog barks at me"], ["the dog barks at you"]) < 100
    ```
    """
    if not gold or len(gold) != len(outputs):
        raise ValueError(
            "`gold` and `outputs` must have one number, at least 1. "
            f"Received: {len(gold)} and {len(outputs)}"
        )
    return min(100.0, _scorer().corpus_score(list(outputs), [list(gold)]).score)


def self_bleu(texts: Sequence[str]) -> float:
    """How much texts repeat one another: the mean BLEU of each against all others, 0 to 100.

    ```
    1/N sum_i BLEU(text_i; references {text_j : j != i})
    ```

    (Zhu et al. 2018, arXiv:1802.01886, on a scale of 100.) 100 means that every text is there
    twice; a model whose latent is not used may be near it. Words as for `bleu`. It takes a time
    that grows with the square of N.

    Args:
        texts: at least two.

    Returns:
        A float in [0, 100].

    Raises:
        ValueError: there are fewer.
        ImportError: sacrebleu is not installed.

    Example:

    ```python
    from keras_vae_collapse.tasks.text.bleu import self_bleu

    assert self_bleu(["it rains", "it rains"]) == 100.0
    assert self_bleu(["it rains", "dogs bark"]) == 0.0
    ```
    """
    texts = list(texts)
    if len(texts) < 2:
        raise ValueError(f"`texts` must hold at least two. Received: {len(texts)}")
    scorer, total = _scorer(), 0.0
    for i, text in enumerate(texts):
        others = texts[:i] + texts[i + 1 :]
        # The most common case of a collapsed model, and one that needs no counting.
        total += 100.0 if text in others else scorer.sentence_score(text, others).score
    return min(100.0, total / len(texts))


def _scorer():
    from sacrebleu.metrics import BLEU

    # `force` keeps it from remarks about texts whose words are split already.
    return BLEU(tokenize="none", effective_order=True, force=True)

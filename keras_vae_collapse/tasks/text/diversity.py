"""How different sentences of the prior are from one another."""

from collections.abc import Sequence

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.tasks.text.bleu import installed, self_bleu

SAMPLES = 500
# The time of self-BLEU grows with their square: 100 of 25 words take about a second.
_OF_SELF_BLEU = 100


def distinct_n(texts: Sequence[str], n: int) -> float:
    """The share of different n-grams among all n-grams of some texts (Li et al. 2016).

    ```
    distinct_n = |set of n-grams| / number of n-grams
    ```

    Words are what stands between single spaces. The figure falls with the number of texts, so only
    equal numbers compare.

    Args:
        texts: the texts.
        n: words of an n-gram, at least 1.

    Returns:
        A float in [0, 1]; 0 where there is no n-gram.

    Raises:
        ValueError: `n` lies outside its range.

    Example:

    ```python
    from keras_vae_collapse.tasks.text.diversity import distinct_n

    assert distinct_n(["a b a", "b"], 1) == 0.5 and distinct_n(["a b a", "b"], 2) == 1.0
    ```
    """
    check_integer("n", n, low=1)
    words = [text.split(" ") if text else [] for text in texts]
    grams = [tuple(w[i : i + n]) for w in words for i in range(len(w) - n + 1)]
    return len(set(grams)) / len(grams) if grams else 0.0


def sample_figures(texts: Sequence[str]) -> dict:
    """Figures of sentences drawn from the prior: `distinct_1`, `distinct_2`, `self_bleu`.

    Args:
        texts: the sentences, at least two; `self_bleu` is that of the first 100.

    Returns:
        A dictionary; without `self_bleu` where sacrebleu is not installed.

    Raises:
        ValueError: there are fewer than two.
    """
    figures = {f"distinct_{n}": distinct_n(texts, n) for n in (1, 2)}
    if installed():
        figures["self_bleu"] = self_bleu(texts[:_OF_SELF_BLEU])
    return figures

"""Figures of the examples none of whose words training has seen."""

from keras_vae_collapse.tasks.reinflection.scorer import score_predictions

# A share of 95% found on 200 rows has a standard error of 1.5%; that of fewer rows is more noise
# than what remembered words add to the accuracy on all.
LEAST_UNSEEN = 200


def words_of(examples) -> set[str]:
    """All sources and targets of examples."""
    return {word for example in examples for word in example.words}


def is_unseen(example, known_words) -> bool:
    """Whether neither the source nor the target of an example is among the words of training."""
    return known_words.isdisjoint(example.words)


def unseen_figures(examples, outputs, known_words) -> dict:
    """The official figures of the examples that are unseen.

    ```
    unseen = {(s, f, t) : s and t occur as source or target of no training example}
    ```

    Test files of a shared task may have unseen words alone, while many words of the development
    file are known from training: its figures reward a model for remembering words.

    Args:
        examples, outputs: as for `score_predictions`.
        known_words: the words of training, see `words_of`; or `None` where nobody knows them.

    Returns:
        What `score_predictions` says of them; `{}` where there are none, or nobody knows.
    """
    if known_words is None:
        return {}
    rows = [
        (example, forms)
        for example, forms in zip(examples, outputs, strict=True)
        if is_unseen(example, known_words)
    ]
    return score_predictions(*zip(*rows, strict=True)) if rows else {}


def unseen_lines(figures, known_words) -> list[str]:
    """Why there are no figures of unseen words, as lines below a table; none where there are."""
    if "unseen" in figures or known_words is None:
        return []
    return ["", "unseen words: none, every example has a word that is in training"]

"""What a linear classifier reads out of the latent."""

import collections
import typing
import warnings
from collections.abc import Sequence

import numpy as np

from keras_vae_collapse.core.checks import check_integer


class LinearProbe(typing.NamedTuple):
    """How well labels are read from latent vectors.

    Attributes:
        accuracy: share of examples whose label is told by a classifier that has not seen them.
        majority_share: share of the most frequent label, the accuracy of who ignores the latent.
        labels: number of different labels.
        examples: number of examples.
    """

    accuracy: float
    majority_share: float
    labels: int
    examples: int


def linear_probe(loc: np.ndarray, labels: Sequence, folds: int = 5, seed: int = 0) -> LinearProbe:
    """The accuracy with which a linear classifier tells labels from latent vectors.

    ```
    p(label = k | x) = softmax_k(W m(x) + b),   m(x) = (loc(x) - mean) / standard deviation
    ```

    a logistic regression with scikit-learn's L2 penalty (`C=1`), trained on all folds but one and
    asked about that one, for each fold in turn (Alain & Bengio 2016, arXiv:1610.01644). Mean and
    standard deviation are those of the training folds, each fold has about the same shares of the
    labels, and the accuracy is over all examples.

    Args:
        loc: `(N, latent_dim)`, such as posterior means.
        labels: N labels that compare and sort, such as strings.
        folds: their number, at least 2.
        seed: of the choice of folds.

    Returns:
        A `LinearProbe`.

    Raises:
        ValueError: the shape is another, a value is not finite, the numbers differ, or fewer than
            two labels are there `folds` times.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.metrics import linear_probe

    noise = np.random.default_rng(0).normal(size=(40, 2))
    labels = ["low", "high"] * 20
    shift = np.array([[-4.0], [4.0]] * 20)
    assert linear_probe(noise + shift, labels).accuracy == 1.0
    assert linear_probe(noise, labels).majority_share == 0.5
    ```
    """
    check_integer("folds", folds, low=2)
    check_integer("seed", seed, low=0)
    loc, given = np.asarray(loc, np.float64), np.asarray(labels)
    if loc.ndim != 2 or given.ndim != 1 or len(loc) != len(given):
        raise ValueError(
            "`loc` must have shape (N, latent_dim), `labels` N entries. "
            f"Received shapes: {loc.shape} and {given.shape}"
        )
    if not np.isfinite(loc).all():
        raise ValueError("`loc` must be finite. Received NaN or infinity")
    counts = collections.Counter(given.tolist()).most_common()
    if sum(count >= folds for _, count in counts) < 2:
        shown = ", ".join(f"{label!r} {count} times" for label, count in counts[:3])
        raise ValueError(
            f"`labels` must hold at least two labels {folds} times each, one a fold. "
            f"Received: {shown or 'none'}"
        )
    right = _told(loc, given, folds, seed) == given
    return LinearProbe(float(np.mean(right)), counts[0][1] / len(given), len(counts), len(given))


def _told(loc, labels, folds, seed):
    """The label of each example by the classifier of the other folds."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    split = StratifiedKFold(folds, shuffle=True, random_state=seed)
    # The matrices are so small that threads mostly wait for one another: 13 s against 0.1 s for
    # 500 vectors of 64 numbers and 30 labels on two busy cores.
    with warnings.catch_warnings(), threadpool_limits(1):
        # A label that is not in every fold is told wrong where it is missing, as it should be.
        warnings.filterwarnings("ignore", message="The least populated class")
        return cross_val_predict(classifier, loc, labels, cv=split)

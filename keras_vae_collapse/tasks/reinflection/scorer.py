"""The official metrics of the SIGMORPHON 2016 shared task (Cotterell et al. 2016)."""

from collections.abc import Mapping

from rapidfuzz.distance import Levenshtein

_NAMES = ("accuracy", "levenshtein", "normalized_levenshtein", "mrr")


def score_predictions(gold_examples, predictions):
    """Scores predicted forms as the shared task's `evalm.py` does.

    For each example, with `y` the gold form and `y_1, y_2, ...` the predicted ones, best first:

    ```
    accuracy               = 1 if y_1 = y else 0
    levenshtein            = edit distance of y_1 and y, in code points
    normalized_levenshtein = levenshtein / length of y
    mrr                    = 1 / (first k with y_k = y), 0 if there is none
    ```

    and the means of these over all examples, and over those of each part of speech. Forms are
    compared code point by code point: nothing is normalised, cased or stripped.

    As in the official script, examples that agree in source, features and form count once, and
    a form that is predicted twice holds two ranks. Otherwise than there, an example
    without a prediction counts as if the empty form had been predicted (the official script
    gives it the distance 0 and leaves it out of its part of speech, which rewards silence), and
    two examples that differ in the gold form only both count (it stops there).

    Args:
        gold_examples: objects with the attributes `source`, `features` (a string such as
            `"pos=N,case=ABL"`) and `target`, at least one.
        predictions: for each example a list of forms, best first, possibly empty; or the
            mapping that `read_predictions` returns.

    Returns:
        A dictionary with the four means, the number of examples as `count`, and under
        `per_pos` a dictionary of the same five for each part of speech: the value of the
        feature `pos`, or the first feature where there is none of that name.

    Raises:
        ValueError: no examples, an example without a gold form, or numbers of examples and
            predictions that differ.

    Example:

    ```python
    from keras_vae_collapse.data import Example
    from keras_vae_collapse.metrics import score_predictions

    gold = [Example("evler", "pos=N,case=ABL,num=SG", "evden")]
    scores = score_predictions(gold, [["evdan", "evden"]])
    assert scores["accuracy"] == 0.0
    assert scores["levenshtein"] == 1.0
    assert scores["normalized_levenshtein"] == 0.2
    assert scores["per_pos"]["N"]["mrr"] == 0.5
    ```
    """
    gold_examples = list(gold_examples)
    if not gold_examples:
        raise ValueError("`gold_examples` must hold at least one example. Received none.")
    if isinstance(predictions, Mapping):
        predictions = [predictions.get(_key(example), ()) for example in gold_examples]
    if len(predictions) != len(gold_examples):
        raise ValueError(
            "`predictions` must hold one list of forms for each example. Received: "
            f"{len(predictions)} lists for {len(gold_examples)} examples"
        )
    rows = {}
    for example, forms in zip(gold_examples, predictions, strict=True):
        if not example.target:
            raise ValueError(f"an example without a gold form cannot be scored: {example!r}")
        if isinstance(forms, str):
            raise ValueError(f"each prediction must be a list of forms. Received: {forms!r}")
        rows.setdefault((*_key(example), example.target), (example, forms))
    scores, groups = [], {}
    for example, forms in rows.values():
        score = _score(example.target, list(forms))
        scores.append(score)
        groups.setdefault(_part_of_speech(example.features), []).append(score)
    return {**_mean(scores), "per_pos": {pos: _mean(groups[pos]) for pos in sorted(groups)}}


def read_predictions(path):
    """Reads predictions in the official format: the columns of the task file, tab separated.

    The last column is the predicted form; lines that agree in all others are the n-best list
    of one input, best first. The form may be empty.

    Args:
        path: path of a UTF-8 file.

    Returns:
        A dictionary from the tuple of the other columns, `(source, features)` for tasks 1
        and 3 and `(source features, source, features)` for task 2, to the list of forms.

    Raises:
        ValueError: a line has the wrong number of columns, or is not UTF-8.
    """
    predictions = {}
    with open(path, "rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                line = raw.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise ValueError(f"{path}, line {number}: not UTF-8: {raw!r}") from error
            columns = line.split("\t")
            if len(columns) not in (3, 4):
                raise ValueError(
                    f"{path}, line {number}: a prediction must have 3 columns (4 for task 2), "
                    f"tab separated, the form last. Received {len(columns)}: {line!r}"
                )
            predictions.setdefault(tuple(columns[:-1]), []).append(columns[-1])
    return predictions


def _key(example):
    source_features = getattr(example, "source_features", None)
    key = (example.source, example.features)
    return (source_features, *key) if source_features else key


def _part_of_speech(features):
    features = features.replace(";", ",").split(",")
    named = [feature[len("pos=") :] for feature in features if feature.startswith("pos=")]
    return (named or features)[0]


def _score(gold, forms):
    best = forms[0] if forms else ""
    distance = Levenshtein.distance(best, gold)
    rank = 1.0 / (forms.index(gold) + 1) if gold in forms else 0.0
    return float(best == gold), float(distance), distance / len(gold), rank


def _mean(scores):
    means = (sum(column) / len(scores) for column in zip(*scores, strict=True))
    return {**dict(zip(_NAMES, means, strict=True)), "count": len(scores)}

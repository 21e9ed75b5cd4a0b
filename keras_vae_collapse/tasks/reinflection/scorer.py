"""The official metrics of the SIGMORPHON 2016 shared task (Cotterell et al. 2016)."""

from collections.abc import Mapping

from rapidfuzz.distance import Levenshtein

from keras_vae_collapse.tasks.reinflection.features import part_of_speech

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
    from keras_vae_collapse.tasks.reinflection import Example, score_predictions

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
    predictions = forms_of(gold_examples, predictions)
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
        groups.setdefault(part_of_speech(example.features), []).append(score)
    return {**_mean(scores), "per_pos": {pos: _mean(groups[pos]) for pos in sorted(groups)}}


def forms_of(examples, predictions):
    """For each example its list of forms, of a list or of what `read_predictions` returns."""
    if isinstance(predictions, Mapping):
        return [predictions.get(_key(example), ()) for example in examples]
    return predictions


def _key(example):
    source_features = getattr(example, "source_features", None)
    key = (example.source, example.features)
    return (source_features, *key) if source_features else key


def _score(gold, forms):
    best = forms[0] if forms else ""
    distance = Levenshtein.distance(best, gold)
    rank = 1.0 / (forms.index(gold) + 1) if gold in forms else 0.0
    return float(best == gold), float(distance), distance / len(gold), rank


def _mean(scores):
    means = (sum(column) / len(scores) for column in zip(*scores, strict=True))
    return {**dict(zip(_NAMES, means, strict=True)), "count": len(scores)}


def score_table(figures):
    """The official metrics as rows: label, greedy search, beam search."""
    labels = ("accuracy", "Levenshtein distance", "normalised Levenshtein", "mean reciprocal rank")
    beam = figures.get("beam", figures)
    rows = [
        (label, f"{figures[name]:.4f}", f"{beam[name]:.4f}")
        for name, label in zip(_NAMES, labels, strict=True)
    ]
    if "unseen" in figures:
        unseen, found = figures["unseen"], beam["unseen"]
        label = f"accuracy, unseen words ({unseen['count']:,} rows)"
        rows.append((label, f"{unseen['accuracy']:.4f}", f"{found['accuracy']:.4f}"))
    return rows


def part_of_speech_table(figures):
    """Lines of a table of the parts of speech, none where there is only one."""
    if len(figures.get("per_pos", {})) < 2:
        return []
    header = f"{'part of speech':16s}{'words':>8s}{'accuracy':>10s}{'Levenshtein':>13s}"
    unseen = figures.get("unseen", {}).get("per_pos", {})
    if unseen:
        header += f"{'unseen':>9s}{'accuracy':>10s}"
    lines = ["", header]
    for pos, part in figures["per_pos"].items():
        line = f"{pos:16s}{part['count']:8d}{part['accuracy']:10.4f}{part['levenshtein']:13.4f}"
        if pos in unseen:
            line += f"{unseen[pos]['count']:9d}{unseen[pos]['accuracy']:10.4f}"
        elif unseen:
            line += f"{0:9d}{'-':>10s}"
        lines.append(line)
    return lines

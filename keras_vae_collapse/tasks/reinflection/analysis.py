"""How often the guessed features of words are right."""

from keras_vae_collapse.tasks.reinflection.feature_attributes import attribute_name
from keras_vae_collapse.tasks.reinflection.features import split_features


def analysis_figures(examples, answers, separator=","):
    """Scores guessed features of the target of each example.

    Args:
        examples: `Example`s with targets; `features` are the right ones.
        answers: the guessed strings of features.
        separator: of the features of a string.

    Returns:
        A dictionary: `accuracy`, the share of examples of which all features are right,
        `count`, and `per_attribute`, the share of those whose value of each attribute, or its
        absence, is right.

    Example:

    ```python
    from keras_vae_collapse.tasks.reinflection import Example
    from keras_vae_collapse.tasks.reinflection.analysis import analysis_figures

    examples = [Example("ev", "pos=N,num=PL", "evler")]
    figures = analysis_figures(examples, ["pos=N,num=SG"])
    assert figures["per_attribute"] == {"num": 0.0, "pos": 1.0}
    ```
    """
    pairs = [
        tuple(_values(text, separator) for text in (example.features, answer))
        for example, answer in zip(examples, answers, strict=True)
    ]
    names = sorted({name for values in pairs for part in values for name in part})
    return {
        "accuracy": sum(gold == guess for gold, guess in pairs) / len(pairs),
        "count": len(pairs),
        "per_attribute": {
            name: sum(gold.get(name) == guess.get(name) for gold, guess in pairs) / len(pairs)
            for name in names
        },
    }


def _values(text, separator):
    return {attribute_name(f): f for f in split_features(text, separator)}


def analysis_lines(figures):
    """The lines that show the figures below a table."""
    shown = [("all features", figures["accuracy"]), *figures["per_attribute"].items()]
    return [
        "",
        f"{'features guessed of the form':34s}{'accuracy':>10s}",
        *(f"{name:34s}{value:10.4f}" for name, value in shown),
    ]

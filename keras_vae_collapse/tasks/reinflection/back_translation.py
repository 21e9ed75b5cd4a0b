"""More sources for the targets there are, made by a trained model."""

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.tasks.reinflection.agreed_forms import agreed_forms
from keras_vae_collapse.tasks.reinflection.example import Example


def back_translation(examples, inflect, labels=5, voters=3, seed=0):
    """Pairs of a synthetic source and a target of the examples, by back-translation.

    ```
    s = inflect(w, g)       for a form w of a paradigm and features g that it has no form for
    (s, f, t)               for every labelled form (t, f) of that paradigm
    ```

    A trained model inflects the known forms of each paradigm for features that words of its
    kind have, and what it makes becomes a source for the forms that are known (after
    Sennrich et al. 2016, arXiv:1511.06709). Targets are never synthetic. So a model learns which
    words the language has: that of `kaşa` the plural is `kaşlar` and not `kaşalar` follows from
    no rule, only from `kaş` having been seen.

    A synthetic form counts only if several forms of the paradigm agree on it (`agreed_forms`).

    Args:
        examples, inflect, voters, seed: see `agreed_forms`.
        labels: features drawn for each form of a paradigm, at least 1; those drawn twice count
            once. The pairs that are made of a paradigm then are, as those that are given (see
            `paradigm_pairs`), as many as its forms times its labelled forms.

    Returns:
        A list of `Example`, each triple once, none of the examples given, in a fixed order.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    from keras_vae_collapse.tasks.reinflection import Example, back_translation

    examples = [
        Example("evler", "case=ABL", "evden"),
        Example("gözler", "case=ABL", "gözden"),
        Example("gözden", "case=DAT", "göze"),
    ]
    dative = {"evler": "eve", "evden": "eve"}
    pairs = back_translation(examples, lambda words, _: [dative.get(w, "") for w in words])
    assert pairs == [Example("eve", "case=ABL", "evden")]
    ```
    """
    check_integer("labels", labels, low=1)
    check_integer("voters", voters, low=2)
    check_integer("seed", seed, low=0)
    made = {}
    for paradigm, _, source in agreed_forms(examples, inflect, labels, voters, seed):
        for target, features in paradigm.labelled:
            made[source, features, target] = Example(source, features, target)
    given = {(e.source, e.features, e.target) for e in examples}
    return [example for triple, example in made.items() if triple not in given]

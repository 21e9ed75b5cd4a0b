"""What a trained model, or an ensemble, says of known words, as examples for another."""

from keras_vae_collapse.core.checks import check_integer
from keras_vae_collapse.tasks.reinflection.agreed_forms import agreed_forms
from keras_vae_collapse.tasks.reinflection.example import Example


def distillation(examples, inflect, labels=5, voters=3, seed=0):
    """Pairs of a known form and a teacher's answer, by distillation at the level of sequences.

    ```
    t = inflect(s, g)       for a form s of a paradigm and features g that it has no form for
    (s, g, t)               for every form s of that paradigm
    ```

    The student learns the teacher's best sequence as if it were gold (Kim & Rush 2016,
    arXiv:1606.07947), found by greedy search. With an ensemble as teacher, one model learns what
    several know together. Sources are never synthetic, targets are: unlike in `back_translation`
    the student repeats the teacher's mistakes, but for those on which the forms of a word do not
    agree.

    Args:
        examples, inflect, labels, voters, seed: see `agreed_forms`.

    Returns:
        A list of `Example`, each triple once, none of the examples given, in a fixed order.

    Raises:
        ValueError: an argument lies outside its range.

    Example:

    ```python
    from keras_vae_collapse.tasks.reinflection import Example
    from keras_vae_collapse.tasks.reinflection.distillation import distillation

    examples = [
        Example("evler", "case=ABL", "evden"),
        Example("gözler", "case=ABL", "gözden"),
        Example("gözden", "case=DAT", "göze"),
    ]
    dative = {"evler": "eve", "evden": "eve"}
    pairs = distillation(examples, lambda words, _: [dative.get(w, "") for w in words])
    assert pairs == [Example(word, "case=DAT", "eve") for word in ("evler", "evden")]
    ```
    """
    check_integer("labels", labels, low=1)
    check_integer("voters", voters, low=2)
    check_integer("seed", seed, low=0)
    made = {}
    for paradigm, features, form in agreed_forms(examples, inflect, labels, voters, seed):
        for source in paradigm.forms:
            made[source, features, form] = Example(source, features, form)
    given = {(e.source, e.features, e.target) for e in examples}
    return [example for triple, example in made.items() if triple not in given]

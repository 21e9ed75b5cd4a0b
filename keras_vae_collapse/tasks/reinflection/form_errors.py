"""What is wrong with forms, in kinds that mean the same in every language."""

import collections
import os
import typing
import unicodedata

from rapidfuzz.distance import Levenshtein

from keras_vae_collapse.tasks.reinflection.features import part_of_speech
from keras_vae_collapse.tasks.reinflection.paradigms import connected
from keras_vae_collapse.tasks.reinflection.scorer import forms_of
from keras_vae_collapse.tasks.reinflection.unseen_words import is_unseen, words_of

KINDS = (
    "empty", "copied source", "other cell", "other order", "beginning", "stem", "ending",
    "stem and ending",
)  # fmt: skip
# A change of letters that so many training examples of the same features have is a rule.
_REGULAR = 2
_VOWELS = frozenset("aeiouyıæøœəɑɛɔ")


class FormError(typing.NamedTuple):
    """A wrong form.

    Attributes:
        example, output: what was asked, and the form that was given.
        kind: one of `KINDS`, see `form_errors`.
        letters: `"lost"`, `"added"` or `"exchanged"`.
        vowels: whether all that is wrong are vowels in the place of other vowels.
        marks: whether all that is wrong are marks of letters, as in `a` for `ä`.
        unseen: whether no word of the example was in training; `None` where nobody knows.
        regular: whether its change of letters is a rule; `None` where nobody knows.
    """

    example: typing.Any
    output: str
    kind: str
    letters: str
    vowels: bool
    marks: bool
    unseen: bool | None
    regular: bool | None


def form_errors(examples, outputs, train=None) -> list[FormError]:
    """The wrong ones among the best outputs, and what is wrong with each.

    With the source `s`, the gold form `t`, the output `o` and the edits that make `o` of `t`
    (Levenshtein), the kind is the first that fits:

    | kind            | when                                                                     |
    |-----------------|--------------------------------------------------------------------------|
    | empty           | `o` is empty                                                             |
    | copied source   | `o = s`                                                                  |
    | other cell      | `o` is a form that some example joins with `s` or `t`, so of their word; |
    |                 | or its change of letters is a rule of other features, never of these     |
    | other order     | `o` has the letters of `t`, white space aside (`rufe an`, `anrufe`)      |
    | beginning       | all edits add letters before `t` or take its first ones away (`ge-`)     |
    | stem            | all edits lie within what `s` and `t` begin with together                |
    | ending          | none does                                                                |
    | stem and ending | some do                                                                  |

    An error *loses* letters where all edits delete, *adds* them where all insert, and else
    *exchanges* them. The change of letters of a pair is what stands in both after their common
    beginning, and a rule of features that at least two of training have; an example is regular if
    its change is a rule of its features.

    Args:
        examples: examples with a gold form.
        outputs: for each its n-best list, best first, of which only the best counts; or the
            mapping that `read_predictions` returns.
        train: the examples of training, or `None` where nobody knows them.

    Returns:
        A list of `FormError`, in the order of the examples.

    Example:

    ```python
    from keras_vae_collapse.tasks.reinflection import Example
    from keras_vae_collapse.tasks.reinflection.form_errors import form_errors

    (error,) = form_errors([Example("Haus", "num=PL", "Häuser")], [["Hauser"]])
    assert (error.kind, error.letters, error.marks) == ("ending", "exchanged", True)
    ```
    """
    joined = connected((e.source, e.target) for e in [*(train or ()), *examples])
    known_words = None if train is None else words_of(train)
    rules = collections.Counter((e.features, _change(e.source, e.target)) for e in train or ())
    common = {change for (_, change), count in rules.items() if count >= _REGULAR}
    errors = []
    for example, forms in zip(examples, forms_of(examples, outputs), strict=True):
        output = forms[0] if forms else ""
        if output == example.target:
            continue
        edits = Levenshtein.editops(example.target, output)
        exchanged = [(example.target[e.src_pos], output[e.dest_pos]) for e in edits if _replaces(e)]
        only_exchanged = len(exchanged) == len(edits)
        changes = (_change(example.source, form) for form in (example.target, output))
        wanted, made = ((rules[example.features, change], change in common) for change in changes)
        other_cell = joined.get(output, output) == joined[example.target] or made == (0, True)
        errors.append(
            FormError(
                example,
                output,
                _kind(example, output, edits, other_cell),
                _letters(edits),
                only_exchanged and all(map(_is_vowel, "".join(a + b for a, b in exchanged))),
                only_exchanged and all(_base(a) == _base(b) for a, b in exchanged),
                None if known_words is None else is_unseen(example, known_words),
                None if train is None else wanted[0] >= _REGULAR,
            )
        )
    return errors


def _kind(example, output, edits, other_cell):
    source, target = example.source, example.target
    if not output:
        return "empty"
    if output == source:
        return "copied source"
    if other_cell:
        return "other cell"
    if sorted("".join(output.split())) == sorted("".join(target.split())):
        return "other order"
    if target.endswith(output) or output.endswith(target):
        return "beginning"
    stem = len(os.path.commonprefix([source, target]))
    inside = sum(edit.src_pos < stem for edit in edits)
    return "ending" if not inside else "stem" if inside == len(edits) else "stem and ending"


def _change(source, form):
    """What follows the common beginning of both."""
    stem = len(os.path.commonprefix([source, form]))
    return source[stem:], form[stem:]


def _replaces(edit):
    return edit.tag == "replace"


def _letters(edits):
    tags = {edit.tag for edit in edits}
    return {frozenset(["delete"]): "lost", frozenset(["insert"]): "added"}.get(
        frozenset(tags), "exchanged"
    )


def _base(letter):
    return unicodedata.normalize("NFD", letter)[0]


def _is_vowel(letter):
    return _base(letter.lower()) in _VOWELS


def error_lines(errors, count) -> list[str]:
    """A short table of errors as lines.

    Args:
        errors: what `form_errors` has found.
        count: of how many examples.
    """
    lines = [f"{len(errors):,} of {count:,} forms are wrong"]
    if not errors:
        return lines
    told = errors[0].unseen is not None
    parts = sorted({part_of_speech(error.example.features) for error in errors})
    header = f"{'kind of error':17s}{'forms':>7s}{'share':>8s}"
    header += f"{'unseen':>8s}{'irregular':>11s}" if told else ""
    lines += ["", header + "".join(f"{part[:8]:>9s}" for part in parts)]
    for label, chosen in _rows(errors):
        line = f"{label:17s}{len(chosen):7d}{len(chosen) / len(errors):8.1%}"
        if told:
            unseen, irregular = sum(e.unseen for e in chosen), sum(not e.regular for e in chosen)
            line += f"{unseen:8d}{irregular:11d}"
        kinds = collections.Counter(part_of_speech(error.example.features) for error in chosen)
        lines.append(line + "".join(f"{kinds[part]:9d}" for part in parts))
    return lines


def _rows(errors):
    """Label and errors of each row of the table: the kinds, then what may go with any of them."""
    for kind in KINDS:
        yield kind, [error for error in errors if error.kind == kind]
    for letters in ("lost", "added", "exchanged"):
        yield f"letters {letters}", [error for error in errors if error.letters == letters]
    yield "vowels alone", [error for error in errors if error.vowels]
    yield "marks alone", [error for error in errors if error.marks]


def error_table(errors) -> str:
    """The errors as tab-separated lines, the first one the names of the columns."""
    names = ("source", "features", "target", "output", *FormError._fields[2:])
    rows = [
        (e.example.source, e.example.features, e.example.target, e.output, *map(_cell, e[2:]))
        for e in errors
    ]
    return "".join("\t".join(row) + "\n" for row in (names, *rows))


def _cell(value):
    return value if isinstance(value, str) else {True: "yes", False: "no", None: ""}[value]

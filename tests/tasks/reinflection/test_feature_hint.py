"""A hint is something that may be typed instead."""

import pytest

from keras_vae_collapse.tasks.reinflection import Vocabulary
from keras_vae_collapse.tasks.reinflection.feature_hint import feature_hint

PAIRS = Vocabulary(("a",), ("case=ABL", "case=LOC", "num=PL", "pos=N", "pos=V"), 5)


def test_tags_are_given_their_keys():
    assert feature_hint("N;ABL", PAIRS) == "Did you mean 'pos=N,case=ABL'?"


@pytest.mark.parametrize("text", ["N;V", "ABL;LOC", "N;N", "N;XYZ", ""])
def test_what_would_be_refused_or_is_unknown_is_not_proposed(text):
    assert feature_hint(text, PAIRS).startswith("The model knows features such as case=ABL ")

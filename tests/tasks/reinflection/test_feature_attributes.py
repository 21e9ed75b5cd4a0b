import pytest

from keras_vae_collapse.tasks.reinflection import Example, Vocabulary
from keras_vae_collapse.tasks.reinflection.feature_attributes import (
    attribute_groups,
    attribute_name,
    feature_prior,
)

EXAMPLES = [
    Example("a", "pos=N,num=SG,case=ABL", "b"),
    Example("a", "pos=N,num=PL", "c"),
    Example("a", "pos=V,tag=X,tag=Y", "d"),
    Example("a", "", "a"),
]


def test_attributes_are_keys_in_the_order_of_the_data():
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    groups = attribute_groups(vocabulary, EXAMPLES)
    named = [[vocabulary.features[entry - 1] for entry in group] for group in groups]
    assert named == [["pos=N", "pos=V"], ["num=PL", "num=SG"], ["tag=X"], ["case=ABL"], ["tag=Y"]]


def test_the_prior_is_the_smoothed_frequency_among_labelled_examples():
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    prior = feature_prior(vocabulary, EXAMPLES, attribute_groups(vocabulary, EXAMPLES))
    by_name = dict(zip(vocabulary.features, prior[1:], strict=True))
    assert prior[0] == 0.0
    assert by_name["pos=N"] == pytest.approx(3 / 6) and by_name["pos=V"] == pytest.approx(2 / 6)
    assert by_name["case=ABL"] == pytest.approx(2 / 5) and by_name["tag=X"] == pytest.approx(2 / 5)


def test_tags_are_attributes_by_themselves():
    assert [attribute_name(f) for f in ("case=ABL", "tag=X", "V.PTCP")] == [
        "case", "tag=X", "V.PTCP",
    ]  # fmt: skip

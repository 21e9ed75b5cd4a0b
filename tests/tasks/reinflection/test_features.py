"""Strings of features: what passes, what is refused and why, and what they are split into."""

import pytest

from keras_vae_collapse.tasks.reinflection.features import (
    check_features,
    check_tags,
    part_of_speech,
    split_features,
)


@pytest.mark.parametrize(
    "text", ["pos=N", "pos=N,case=ABL", "mood={SBJV/COND},arg=ON+ABL", "tag=a,tag=b,pos=V"]
)
def test_features_pass(text):
    check_features(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty feature in ''"),
        ("pos=N,,case=ABL", "an empty feature in 'pos=N,,case=ABL'"),
        ("pos=N,", "an empty feature"),
        ("N", "must look like key=value, not 'N'"),
        ("=N", "must look like key=value, not '=N'"),
        ("pos=", "must look like key=value, not 'pos='"),
        ("pos=N=V", "must have one equals sign, not 'pos=N=V'"),
        ("pos=N case", "must not contain white space: 'pos=N case'"),
        ("pos=N,pos=N", "'pos=N' is repeated"),
        ("pos=N,pos=V", "'pos' has two values, 'N' and 'V'"),
        ("tag=a,tag=a", "'tag=a' is repeated"),
    ],
)
def test_features_are_refused(text, message):
    with pytest.raises(ValueError) as error:
        check_features(text)
    assert message in str(error.value)


@pytest.mark.parametrize("text", ["N", "N;ABL;SG", " N ; ABL", "V;NOM(1,SG);", "{PST/PRS}"])
def test_tags_pass(text):
    check_tags(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty tag in ''"),
        ("N;;SG", "an empty tag in 'N;;SG'"),
        ("N;SG;;", "an empty tag"),
        ("pos=N;SG", "without equals signs: 'pos=N;SG'"),
        ("N;a b", "must not contain white space: 'a b'"),
    ],
)
def test_tags_are_refused(text, message):
    with pytest.raises(ValueError) as error:
        check_tags(text)
    assert message in str(error.value)


def test_tags_are_split_outside_of_parentheses():
    assert split_features("pos=N,,num=SG") == ["pos=N", "num=SG"]
    assert split_features("ADJ; DAT(PL;DEF);", ";") == ["ADJ", "DAT(PL,DEF)"]


def test_the_part_of_speech_has_a_name_or_comes_first():
    assert part_of_speech("case=ABL,pos=N") == "N"
    assert part_of_speech("N;ABL") == part_of_speech("N,ABL") == "N"
    assert part_of_speech("N;ABL", unknown="?") == "?" != part_of_speech("pos=V", unknown="?")

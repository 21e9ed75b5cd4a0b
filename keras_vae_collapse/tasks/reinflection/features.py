"""Morphological features as one string, `pos=N,case=ABL,num=SG`."""

import re

_WHITE_SPACE = re.compile(r"\s")


def check_features(text):
    """Raises `ValueError`, saying what is wrong, unless `text` is a list of features.

    Features are `key=value`, joined by commas. A value is any string without comma, equals sign
    and white space: `{SBJV/COND}` and `ON+ABL` are each one value. A key stands once; a repeated
    one is refused, whether the values agree or contradict each other (no published file has any).
    The key `tag` is the exception: it may stand several times with different values.
    """
    values = {}
    for feature in text.split(","):
        key, equals, value = feature.partition("=")
        if not feature:
            raise ValueError(f"an empty feature in {text!r}")
        if not key or not equals or not value:
            raise ValueError(f"a feature must look like key=value, not {feature!r}")
        if "=" in value:
            raise ValueError(f"a feature must have one equals sign, not {feature!r}")
        if _WHITE_SPACE.search(feature):
            raise ValueError(f"a feature must not contain white space: {feature!r}")
        if value in values.get(key, ()):
            raise ValueError(f"the feature {feature!r} is repeated")
        if key in values and key != "tag":
            raise ValueError(f"{key!r} has two values, {values[key][0]!r} and {value!r}")
        values.setdefault(key, []).append(value)


def from_unimorph(text):
    """UniMorph tags as features: `V;PST;3;SG` becomes `pos=V,tag=PST,tag=3,tag=SG`.

    The first tag is the part of speech. A comma inside a tag becomes a plus sign, as in
    `NOM(1,SG)`, since the comma separates features. A tag that is repeated stands once.

    Raises:
        ValueError: an empty tag, or one with an equals sign or white space in it.
    """
    first, *others = text.replace(",", "+").split(";")
    for tag in (first, *others):
        if not tag or "=" in tag or _WHITE_SPACE.search(tag):
            raise ValueError(f"a UniMorph tag must not be {tag!r}")
    return ",".join([f"pos={first}", *(f"tag={tag}" for tag in dict.fromkeys(others))])


def part_of_speech(text, unknown=None):
    """The value of the feature `pos`; else `unknown`, or the first feature where that is `None`."""
    features = text.replace(";", ",").split(",")
    named = [feature[len("pos=") :] for feature in features if feature.startswith("pos=")]
    return named[0] if named else features[0] if unknown is None else unknown

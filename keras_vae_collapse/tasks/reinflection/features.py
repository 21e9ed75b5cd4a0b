"""Morphological features as one string: `pos=N,case=ABL,num=SG`, or UniMorph's `N;ABL;SG`."""

import re

from keras_vae_collapse.tasks.data_errors import shortened

_WHITE_SPACE = re.compile(r"\s")
# Applied one after the other they leave only those semicolons of UniMorph tags that part two of
# them: `ADJ; DAT(PL;DEF)` is `ADJ;DAT(PL,DEF)`. The model's graph applies them as well, with RE2.
# Parentheses may stand in parentheses, as in `ARG(NOM(1;SG);PFV)`.
TAG_REWRITES = (
    ("[ \t\n\f\r]+", ""),
    *[(r"\(((?:[^();]|\([^();]*\))*);", r"(\1,")] * 8,
)


def check_features(text):
    """Raises `ValueError`, saying what is wrong, unless `text` is a list of `key=value`.

    Features are joined by commas. A value is any string without comma, equals sign
    and white space: `{SBJV/COND}` and `ON+ABL` are each one value. A key stands once; a repeated
    one is refused, whether the values agree or contradict each other (no published file has any).
    The key `tag` is the exception: it may stand several times with different values.
    """
    values = {}
    for feature in text.split(","):
        key, equals, value = feature.partition("=")
        if not feature:
            raise ValueError(f"an empty feature in {shortened(text)}")
        if not key or not equals or not value:
            raise ValueError(f"a feature must look like key=value, not {shortened(feature)}")
        if "=" in value:
            raise ValueError(f"a feature must have one equals sign, not {shortened(feature)}")
        if _WHITE_SPACE.search(feature):
            raise ValueError(f"a feature must not contain white space: {shortened(feature)}")
        if value in values.get(key, ()):
            raise ValueError(f"the feature {shortened(feature)} is repeated")
        if key in values and key != "tag":
            both = f"{shortened(values[key][0])} and {shortened(value)}"
            raise ValueError(f"{shortened(key)} has two values, {both}")
        values.setdefault(key, []).append(value)


def check_tags(text):
    """Raises `ValueError`, saying what is wrong, unless `text` is a list of UniMorph tags.

    Tags are joined by semicolons, as in `V;PST;NOM(1,SG)`. A tag is any string without equals
    sign; alternatives `{PST/PRS}` and what stands in parentheses are parts of one tag. White
    space around a tag, a tag that is repeated and a semicolon at the end do not count.
    """
    for tag in text.removesuffix(";").split(";"):
        if not tag.strip():
            raise ValueError(f"an empty tag in {shortened(text)}")
        if "=" in tag:
            raise ValueError(
                f"features must look like N;ABL;SG, without equals signs: {shortened(text)}"
            )
        if _WHITE_SPACE.search(tag.strip()):
            raise ValueError(f"a tag must not contain white space: {shortened(tag)}")


CHECKS = {",": check_features, ";": check_tags}


def split_features(text, separator=","):
    """The features of a string, empty ones left out; see `CHECKS` for the two separators."""
    if separator == ";":
        for pattern, replacement in TAG_REWRITES:
            text = re.sub(pattern, replacement, text)
    return [feature for feature in text.split(separator) if feature]


def part_of_speech(text, unknown=None):
    """The value of the feature `pos`; else `unknown`, or the first feature where that is `None`."""
    features = text.replace(";", ",").split(",")
    named = [feature[len("pos=") :] for feature in features if feature.startswith("pos=")]
    return named[0] if named else features[0] if unknown is None else unknown

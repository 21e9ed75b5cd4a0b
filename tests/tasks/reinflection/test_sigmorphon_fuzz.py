"""Whatever the bytes: read without a change, or refused with a `DataError`."""

import importlib.util
import pathlib
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keras_vae_collapse.core.special_ids import EOS, UNK
from keras_vae_collapse.tasks.reinflection import Example, Vocabulary
from keras_vae_collapse.tasks.reinflection.features import (
    check_features,
    check_tags,
    split_features,
)

SCRIPT = pathlib.Path(__file__).resolve().parents[3] / "benchmarks" / "fuzz_readers.py"
spec = importlib.util.spec_from_file_location("fuzz_readers", SCRIPT)
fuzz = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fuzz)

often = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
pieces = st.one_of(
    st.sampled_from(fuzz.TOKENS),
    st.sampled_from([seed[1:] for seed in fuzz.SEEDS]),
    st.text(max_size=5).map(str.encode),
    st.binary(max_size=3),
)
files = st.lists(pieces, max_size=12).map(b"".join)
# All characters, lone surrogates and NUL as well.
any_text = st.text(st.characters(), max_size=12)
long_text = st.tuples(any_text, st.sampled_from([1, 1, 500])).map(lambda t: t[0] * t[1])
any_words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@pytest.fixture(scope="module")
def folder():
    with fuzz.scratch_folder() as name:
        yield pathlib.Path(name)


@often
@given(case=st.integers(0, len(fuzz.CASES) - 1), content=files)
def test_any_file_is_read_unchanged_or_refused(folder, case, content):
    fuzz.check_file(bytes([case]) + content, folder)


@often
@given(words=st.lists(any_words.filter(lambda w: not w or w == w.strip()), min_size=1, max_size=4))
def test_any_word_of_the_data_comes_back_from_a_file(folder, words):
    lines = "".join(f"{word}\tnum=PL\t{word}\n" for word in words)
    fuzz.check_file(b"\x04" + lines.encode(), folder)


def test_mutants_are_read_and_refused(folder):
    counts = fuzz.run_random(2_000, seed=0, folder=folder)
    assert counts["read"] > 200 and counts["refused"] > 200


def test_the_check_itself_finds_a_changed_word(folder, monkeypatch):
    from keras_vae_collapse.tasks.reinflection import sigmorphon

    def lower_case(raw):
        return raw.decode().rstrip().lower()

    monkeypatch.setattr(sigmorphon, "_decode", lower_case)
    assert fuzz.check_file(b"\x04evi\tnum=pl\tevler\n", folder)
    with pytest.raises(AssertionError):
        fuzz.check_file(b"\x04Evi\tnum=pl\tevler\n", folder)


@often
@given(text=long_text)
def test_feature_strings_are_taken_or_refused(text):
    try:
        check_features(text)
    except ValueError as error:
        str(error).encode("utf-8")
        assert len(str(error)) < 3000  # eighty characters of ten each, three times
    else:
        features = text.split(",")
        assert len(set(features)) == len(features)
        assert all(feature.count("=") == 1 for feature in features)


@often
@given(
    text=st.lists(
        st.sampled_from(["V", "PST", "NOM(1,SG)", "(1;SG)", "", " ", "a=b", "a=b" * 99])
    ).map(";".join)
)
def test_unimorph_tags_are_taken_or_refused(text):
    try:
        check_tags(text)
    except ValueError as error:
        assert len(str(error)) < 200
        assert "=" in text or not all(tag.strip() for tag in text.split(";")), error
    else:
        tags = split_features(text, ";")
        assert tags and set(tags) <= {"V", "PST", "NOM(1,SG)", "(1,SG)"}


@often
@given(words=st.lists(any_words, min_size=1, max_size=5), other=any_text)
def test_vocabulary_gives_back_its_words_and_marks_others_unknown(words, other):
    vocabulary = Vocabulary.from_examples([Example(word, "num=PL", word) for word in words])
    for word in words:
        assert vocabulary.decode_ids(vocabulary.encode_word(word)) == word
    ids = vocabulary.encode_word(other)
    known = set().union(*words)
    assert ids[-1] == EOS and len(ids) == len(other) + 1
    assert [i == UNK for i in ids[:-1]] == [c not in known for c in other]
    vector = vocabulary.encode_features(other)
    assert set(vector) <= {0, 1} and len(vector) == 2
    unseen = vocabulary.unseen([Example(other, other, None)])
    features = {feature for feature in other.split(",") if feature}
    assert {value for kind, value in unseen if kind == "character"} == set(other) - known
    assert {value for kind, value in unseen if kind == "feature"} == features - {"num=PL"}


@pytest.mark.slow
@often
@given(
    characters=st.lists(st.one_of(any_text, st.integers()), max_size=4),
    features=st.lists(st.one_of(any_text, st.none()), max_size=4),
)
def test_a_vocabulary_from_any_config_is_sound_or_refused(characters, features):
    config = {"characters": characters, "features": features, "max_length": 3}
    try:
        vocabulary = Vocabulary.from_config(config)
    except ValueError:
        return
    assert vocabulary.to_config() == config
    assert all(len(c) == 1 for c in vocabulary.characters)
    "".join(vocabulary.characters).encode("utf-8")


def test_random_bytes_of_a_megabyte_are_refused(folder):
    rng = random.Random(0)
    for case in range(len(fuzz.CASES)):
        assert not fuzz.check_file(bytes([case]) + rng.randbytes(1_000_000), folder)

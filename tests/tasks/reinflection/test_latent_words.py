import types

import numpy as np
import pytest
import tensorflow as tf
from small_export import small_export

from keras_vae_collapse.tasks.reinflection.latent_words import (
    decode,
    interpolate,
    nearest_words,
    sample_words,
)

FEATURES = ("pos=N,case=ABL,num=SG", "pos=N,case=LOC,num=PL")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return small_export(tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="module")
def model(exported):
    return exported[0]


def test_same_seed_gives_the_same_words_and_another_seed_others(model):
    first, again, other = (sample_words(model, FEATURES[:1] * 20, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert len({form for form, _ in first}) > 1


def test_words_are_those_of_the_exported_model(exported):
    model, path = exported
    features = [FEATURES[i % 2] for i in range(300)]
    served = tf.saved_model.load(str(path))
    drawn = served.sample(tf.constant([0, 5], tf.int32), tf.constant(features))
    forms = [form.decode("utf-8") for form in drawn["form"].numpy()]
    assert [form for form, _ in sample_words(model, features, seed=5)] == forms


def test_path_starts_and_ends_at_the_posterior_means(model):
    path = interpolate(model, "evler", "eldi", FEATURES[0], steps=5)
    assert [t for t, *_ in path] == [0.0, 0.25, 0.5, 0.75, 1.0]
    loc, _ = model.encode(["evler", "eldi"])
    ends = decode(model, loc, [FEATURES[0]] * 2)
    quarter = decode(model, 0.75 * loc[:1] + 0.25 * loc[1:], FEATURES[:1])
    expected = zip((path[0], path[-1], path[1]), ends + quarter, strict=True)
    for (_, form, log_p), (end, end_log_p) in expected:
        assert form == end and log_p == pytest.approx(end_log_p, abs=1e-4)
    assert len(interpolate(model, "evler", "eldi", FEATURES[0])) == 8


def test_of_a_beam_the_best_form_is_given():
    model = types.SimpleNamespace(
        vocabulary=types.SimpleNamespace(separator=",", features=FEATURES[0].split(",")),
        codec=types.SimpleNamespace(feature_vector=tf.identity, words=tf.strings.as_string),
        decode=lambda z, condition, width: (tf.constant([[7, 8]]), tf.constant([[-1.0, -2.0]])),
    )
    assert decode(model, [[0.0]], FEATURES[:1], beam_width=2) == [("7", -1.0)]


def test_nearest_words_are_sorted_different_and_without_the_word_itself(model):
    words = ["evler", "evde", "eldi", "evde", "evden"]
    found = nearest_words(model, "evler", words, count=10)
    assert sorted(word for word, _ in found) == ["eldi", "evde", "evden"]
    distances = [distance for _, distance in found]
    assert distances == sorted(distances)
    loc, _ = model.encode(["evler", found[0][0]])
    assert distances[0] == pytest.approx(float(((loc[0] - loc[1]) ** 2).sum() ** 0.5), rel=1e-4)
    assert nearest_words(model, "evler", words, count=1) == found[:1]


def test_ten_neighbours_are_given_by_default_equals_by_the_alphabet():
    def encode(words):
        return np.array([[float(len(word)), 1.0] for word in words]), None

    model = types.SimpleNamespace(encode=encode)
    words = ["e" * length for length in range(1, 13)] + ["a", "ada"]
    found = nearest_words(model, "ev", [*words, "ev"])
    assert found[:6] == [
        ("ee", 0.0), ("a", 1.0), ("ada", 1.0), ("e", 1.0), ("eee", 1.0), ("eeee", 2.0),
    ]  # fmt: skip
    assert len(found) == 10


@pytest.mark.parametrize(
    ("function", "arguments", "options", "message"),
    [
        (sample_words, [FEATURES], {"seed": -1}, "`seed` must be an integer of at least 0"),
        (sample_words, [FEATURES], {"beam_width": 0}, "`beam_width` must be"),
        (sample_words, [["pos=N,case=XX"]], {}, "feature 'case=XX'. It knows: case=ABL, case=LOC"),
        (sample_words, [[FEATURES[0], ""]], {}, "does not know the feature ''"),
        (interpolate, ["ev", "el", FEATURES[0]], {"steps": 1}, "`steps` must be"),
        (nearest_words, ["ev", ["el"]], {"count": 0}, "`count` must be"),
        (nearest_words, ["ev", ["ev", "ev"]], {}, "no other word to compare 'ev' with"),
    ],
)
def test_what_cannot_be_asked_is_named(model, function, arguments, options, message):
    with pytest.raises(ValueError, match=message):
        function(model, *arguments, **options)
    assert sample_words(model, []) == []

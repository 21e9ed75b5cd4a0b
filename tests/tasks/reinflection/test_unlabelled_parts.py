import pytest

from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.tasks.reinflection.unlabelled_parts import are_alone, unlabelled_options


def test_a_word_counts_as_a_labelled_example_unless_a_recipe_says_otherwise():
    schedule = {"class": "LinearAnnealing", "rate": 0.5}
    for name in ("LatentFeatures", "PlainAutoencoding"):
        options = unlabelled_options({"class": name})
        assert (options.ratio, options.weight, options.unseen) == (1.0, 1.0, "unknown")
        options = unlabelled_options({"class": name, "weight": schedule, "unseen": "drop"})
        assert (options.weight, options.unseen) == (schedule, "drop")


def test_features_are_guessed_with_marks_and_full_weights_by_default():
    options = unlabelled_options({"class": "LatentFeatures"})
    assert (options.classifier_weight, options.attribute_weight, options.marked) == (1.0, 1.0, True)
    assert options.relaxation == {"class": "CategoricalAttributes"}
    relaxation = {"class": "BernoulliAttributes"}
    assert unlabelled_options({"class": "LatentFeatures", "relaxation": relaxation}).relaxation == (
        relaxation
    )


def test_plain_autoencoding_guesses_nothing():
    options = unlabelled_options({"class": "PlainAutoencoding"})
    assert options.relaxation is None and options.marked is False
    assert options.classifier_weight == options.attribute_weight == 0.0


@pytest.mark.parametrize("name", ["LatentFeatures", "PlainAutoencoding"])
@pytest.mark.parametrize("option", [{"ratio": 0}, {"weight": -1}, {"unseen": "keep"}, {"x": 1}])
def test_an_impossible_option_is_named(name, option):
    with pytest.raises(RecipeError, match=f"`unlabeled`: .*{next(iter(option))}"):
        unlabelled_options({"class": name, **option})


def test_words_alone_are_told_from_other_parts():
    parts = (None, {"class": "LatentFeatures"}, {}, {"class": "WordsAlone"})
    assert [are_alone(part) for part in parts] == [False, False, False, True]

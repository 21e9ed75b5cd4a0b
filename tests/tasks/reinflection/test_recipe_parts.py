import pytest

import zoo
from keras_vae_collapse.tasks.reinflection.augmentation import AUGMENTATIONS
from keras_vae_collapse.tasks.reinflection.recipe_parts import _ROLES, check_parts


def test_every_augmentation_is_known():
    names = _ROLES["augmentation"][1]
    assert {name: f.__name__ for name, f in AUGMENTATIONS.items()} == names


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["augmentation=PrefixSwap"], "one of ParadigmPairs.*Did you mean 'PrefixSwaps'"),
        (["augmentation=Copies+PrefixSwap"], "Did you mean 'PrefixSwaps'"),
        (["augmentation={'class': 'PrefixSwaps', 'swap': 2}"], "Did you mean 'swaps'"),
        (["augmentation={'class': 'PrefixSwaps', 'kept': 0}"], "`augmentation.kept` must be"),
        (["augmentation=[3]"], "`augmentation` must be a part"),
        (["rounds.teachers=2"], "`rounds` needs `examples`"),
        (["rounds.examples.class=BackTranslatio"], "Did you mean 'BackTranslation'"),
        (["back_translations=3", "rounds.examples.voters=1"], "`rounds.examples.voters` must be"),
    ],
)
def test_an_impossible_part_is_refused_with_its_field(settings, message):
    recipe = zoo.override(zoo.recipe("mdr").replace(augmentation=None), settings)
    with pytest.raises(zoo.RecipeError, match=message):
        check_parts(recipe)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("unlabeled=LatentFeature", "one of LatentFeatures, Pl.*Did you mean 'LatentFeatures'"),
        ("unlabeled.ratio=0", "`unlabeled.ratio` must be a finite number in .0, inf"),
        ("unlabeled.weight=-1", "`weight` must be a finite number in .0, inf"),
        ("unlabeled.weight.class=LinearAnneal", "Did you mean 'LinearAnnealing'"),
        ("unlabeled.classifier_weight=-1", "`unlabeled.classifier_weight` must be"),
        ("unlabeled.attribute_weight=-1", "`unlabeled.attribute_weight` must be"),
        ("unlabeled.unseen=keep", "`unlabeled.unseen` must be one of 'unknown', 'drop'"),
        ("unlabeled.raito=1", "has no option 'raito'.*Did you mean 'ratio'"),
        ("unlabeled.relaxation.class=Bernoulli", "Did you mean 'BernoulliAttributes'"),
        ("unlabeled.relaxation.temperature=0", "`unlabeled.relaxation.temperature` must be"),
        ("unlabeled.relaxation.units=0", "`unlabeled.relaxation.units` must be"),
    ],
)
def test_an_impossible_use_of_unlabelled_words_is_refused(setting, message):
    with pytest.raises(zoo.RecipeError, match=message):
        check_parts(zoo.override(zoo.recipe("msved").replace(augmentation=None), [setting]))


def test_the_recipes_of_the_zoo_pass():
    for name in zoo.recipes():
        recipe = zoo.recipe(name)
        check_parts(recipe.replace(augmentation=None) if recipe.augmentation == "auto" else recipe)

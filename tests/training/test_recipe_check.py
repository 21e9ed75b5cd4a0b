import pytest

import zoo
from keras_vae_collapse.training.recipe_check import check_recipe

WITH_PRIOR = "latent={'class': 'GaussianLatent', 'prior': {'class': 'MixturePrior'}}"


@pytest.mark.parametrize("name", zoo.recipes())
def test_the_recipes_of_the_zoo_pass(name):
    check_recipe(zoo.recipe(name))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("latent_dim=0", "`latent_dim` must be an integer of at least 1. Received: latent_dim=0"),
        ("dropout=1.5", r"`dropout` must be a finite number in \[0, 1\]"),
        ("slots=5", "`latent_dim` must be a multiple of `slots`"),
        ("learning_rate_decay=fast", "'constant', 'cosine'"),
        ("rate_term.rate_nat=3", "`rate_term` has no option 'rate_nat'.*Did you mean 'rate_nats'"),
        ("rate_term.rate_nats=-1", "`rate_term.rate_nats` must be a finite number"),
        ("decoder.clas=GRUDecoder", "Did you mean 'class'"),
        (
            "decoder.class=HistorylesGRUDecoder",
            "one of GRUDecoder, AlignedGRUDecoder, HistorylessGRUDecoder.*Did you mean 'Historyle",
        ),
        ("decoder.class=CharDropout", "`decoder.class` must be one of GRUDecoder"),
        ("decoder=AlignedGRUDecoder", "`slots` must be an integer of at least 1"),
        ("history_dropout=CharDropout", "needs `rate`: set history_dropout.rate, too"),
        ("encoder=[1, 2]", "`encoder` must be a part"),
        ("rate_term=None", "`rate_term` must be a part"),
        ("rate_term.num_samples={'class': 'KLDivergence'}", "`rate_term.num_samples` cannot be a"),
        (WITH_PRIOR, "`latent.prior` needs `components`"),
        (WITH_PRIOR.replace("MixturePrior", "Mixture"), "`latent.prior.class` must be one of"),
        ("rounds=A+B", "`rounds` must be None or {option: value}"),
        ("rounds={'teacher': 1}", "`rounds` has no option 'teacher'.*Did you mean 'teachers'"),
    ],
)
def test_an_impossible_recipe_is_refused_with_its_field(setting, message):
    with pytest.raises(zoo.RecipeError, match=message):
        check_recipe(zoo.override(zoo.recipe("mdr"), [setting]))


def test_a_class_of_a_user_s_own_checks_itself():
    import keras

    @keras.saving.register_keras_serializable(package="mine")
    class MyTerm(keras.layers.Layer):
        pass

    check_recipe(zoo.override(zoo.recipe("mdr"), ["rate_term.class=MyTerm", "rate_term.x=1"]))

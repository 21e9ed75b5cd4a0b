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


def bounded():
    """`(field, refused, the last that is allowed)` at each end of the range of a field."""
    for name in ("embedding_dim", "hidden_units", "latent_dim", "condition_dim"):
        yield name, 0, 1
    for name in ("batch_size", "epochs", "patience"):
        yield name, 0, 1
    for name in ("slots", "epoch_steps", "vocabulary_limit", "length_limit", "labelled"):
        yield name, -1, 0
    for name in ("slot_spacing", "learning_rate", "clip_norm", "min_delta"):
        yield name, -1e-9, 0.0
    yield from (("dropout", -0.1, 0.0), ("dropout", 1.1, 1.0))
    yield from (("ema_momentum", -0.1, 0.0), ("ema_momentum", 1.0, 0.999))
    yield from (("monitor", 5, "5"), ("precision", "half", "mixed_float16"))
    yield from (("precision", "bfloat16", "float64"), ("learning_rate_decay", "linear", "cosine"))


@pytest.mark.parametrize(("field", "refused", "allowed"), list(bounded()))
def test_each_field_has_its_range(field, refused, allowed):
    check_recipe(zoo.recipe("base").replace(**{field: allowed}))
    with pytest.raises(zoo.RecipeError, match=f"^`{field}` must .*Received: {field}={refused!r}"):
        check_recipe(zoo.recipe("base").replace(**{field: refused}))


def test_slots_divide_the_dimensions():
    recipe = zoo.recipe("base").replace(latent_dim=12)
    for slots in (1, 3, 12):
        check_recipe(recipe.replace(slots=slots))
    with pytest.raises(zoo.RecipeError, match="Received: latent_dim=12, slots=5"):
        check_recipe(recipe.replace(slots=5))


@pytest.mark.parametrize(
    ("field", "part", "option"),
    [
        ("latent", {"class": "GaussianLatent"}, "rate_term"),
        ("encoder_training", {"class": "EncoderPretraining"}, "model"),
        ("encoder_training", {"class": "AggressiveEncoder"}, "encoder"),
    ],
)
def test_what_the_model_gives_its_parts_no_recipe_can(field, part, option):
    check_recipe(zoo.recipe("base").replace(**{field: part}))
    with pytest.raises(
        zoo.RecipeError, match=f"`{field}` has no option '{option}'. (?!.*{option})"
    ):
        check_recipe(zoo.recipe("base").replace(**{field: {**part, option: 3}}))


def test_a_part_takes_what_every_layer_takes_and_says_so_of_no_message():
    latent = {"class": "GaussianLatent", "name": "z", "dtype": "float32"}
    check_recipe(zoo.recipe("base").replace(latent=latent))
    with pytest.raises(zoo.RecipeError, match="has no option 'nam'. GaussianLatent takes: ") as e:
        check_recipe(zoo.recipe("base").replace(latent={**latent, "nam": "z"}))
    assert "trainable" not in str(e.value) and "latent_dim, " in str(e.value)


def test_members_are_looked_for_before_anything_is_trained(tmp_path):
    recipe = zoo.recipe("base").replace(rounds={"members": [str(tmp_path)]})
    with pytest.raises(zoo.RecipeError, match="`rounds.members` must be run directories"):
        check_recipe(recipe)

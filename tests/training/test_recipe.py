import json

import pytest

import zoo
from keras_vae_collapse import layers, schedules
from keras_vae_collapse.losses import MDRConstraint
from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.reinflection import Example
from keras_vae_collapse.training import build
from zoo.schedule_length import with_schedule_length
from zoo.targets import has_target, with_target

TASK = ReinflectionTask.from_examples([Example("evler", "pos=N,case=ABL", "evden")], [])


@pytest.mark.parametrize("name", zoo.recipes())
def test_every_recipe_builds_and_survives_json(name):
    recipe = zoo.recipe(name)
    assert recipe.name == name and recipe.paper and recipe.summary
    again = zoo.Recipe.from_config(json.loads(json.dumps(recipe.to_config())))
    assert again == recipe
    small = zoo.override(recipe, ["hidden_units=4", "embedding_dim=3", "condition_dim=3"])
    model = build(small, TASK)
    assert model.inflect(["evler"], ["pos=N,case=ABL"])


def test_settings_reach_fields_and_options():
    recipe = zoo.override(
        zoo.recipe("mdr"), ["latent_dim=8", "rate_nats=12.5", "rate_term.damping=0"]
    )
    assert recipe.latent_dim == 8
    assert recipe.rate_term["rate_nats"] == 12.5
    model = build(recipe, TASK)
    assert isinstance(model.latent.rate_term, MDRConstraint)
    assert model.latent.rate_term.damping == 0.0
    assert zoo.recipe("mdr").latent_dim != 8


def test_another_class_begins_with_its_own_defaults():
    recipe = zoo.override(
        zoo.recipe("mdr"), ["rate_term.class=TargetRate", "rate_term.rate_nats=3"]
    )
    assert recipe.rate_term == {"class": "TargetRate", "rate_nats": 3}
    for setting in ("decoder.class=HistorylessGRUDecoder", "decoder=HistorylessGRUDecoder"):
        model = build(
            zoo.override(zoo.recipe("mdr"), [setting, "decoder.bidirectional=True"]), TASK
        )
        assert model.decoder.recurrence.bidirectional and model.decoder.hides_history


def test_parts_hold_parts():
    recipe = zoo.override(zoo.recipe("multimodal_prior"), ["latent.prior.components=3"])
    model = build(recipe, TASK)
    assert isinstance(model.latent.prior, layers.MixturePrior)
    assert (model.latent.prior.components, model.latent.prior.latent_dim) == (3, 64)
    assert model.bag_of_chars_head.distribution == "multinomial"
    schedule = build(zoo.recipe("kl_linear"), TASK).latent.rate_term.weight
    assert isinstance(schedule, schedules.LinearAnnealing) and schedule.threshold == 0.5


def test_parts_come_and_go():
    recipe = zoo.override(
        zoo.recipe("char_dropout"),
        [
            "history_dropout=None",
            "embedding_dropout=EmbeddingDropout",
            "embedding_dropout.rate=0.3",
        ],
    )
    model = build(recipe, TASK)
    assert model.decoder.history_dropout is None and model.decoder.embedding_dropout.rate == 0.3
    both = zoo.override(recipe, ["augmentation=ParadigmPairs+PrefixSwaps"]).augmentation
    assert both == [{"class": "ParadigmPairs"}, {"class": "PrefixSwaps"}]


_FIVE_NATS = {**zoo.recipe("soft_free_bits").rate_term, "rate_nats": 5.0}
_EXAMPLES = {"class": "BackTranslation", "labels": 15}
_POISSON = {"class": "BagOfCharsHead", "distribution": "poisson"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("char_dim=8", {"embedding_dim": 8}),
        ("rate_options.rate_nats=5", {"rate_term": _FIVE_NATS}),
        ("target_nats=5", {"rate_term": _FIVE_NATS}),
        ("decoder=historyless", {"decoder": {"class": "HistorylessGRUDecoder"}}),
        ("augmentation=", {"augmentation": None}),
        (
            "augmentation=paradigm_pairs+copies",
            {"augmentation": [{"class": "ParadigmPairs"}, {"class": "Copies"}]},
        ),
        ("history_dropout=", {"history_dropout": None}),
        (
            "augmentation=prefix_swaps+copies",
            {"augmentation": [{"class": "PrefixSwaps"}, {"class": "Copies"}]},
        ),
        ("bag_of_chars=poisson", {"bag_of_chars": _POISSON}),
        (
            "embedding_dropout_rate=0.5",
            {"embedding_dropout": {"class": "EmbeddingDropout", "rate": 0.5}},
        ),
        ("embedding_dropout_rate=0", {"embedding_dropout": None}),
        (
            "auxiliary_state_weight=2",
            {"auxiliary_state_cost": {"class": "AuxiliaryStateCost", "weight": 2}},
        ),
        ("back_translations=15", {"rounds": {"examples": _EXAMPLES}}),
        ("back_translations=0", {"rounds": None}),
    ],
)
def test_settings_of_version_0_1_are_understood(old, new):
    recipe = zoo.recipe("soft_free_bits")
    assert zoo.override(recipe, [old]) == recipe.replace(**new)


def test_an_old_setting_keeps_the_other_options_of_a_part():
    parts = {"bag_of_chars": {**_POISSON, "weight": 3.0}, "rounds": {"examples": _EXAMPLES}}
    recipe = zoo.recipe("base").replace(**parts)
    settings = ["bag_of_chars=bernoulli", "back_translations=4", "teachers=2"]
    changed = zoo.override(recipe, settings)
    assert changed.bag_of_chars == {**parts["bag_of_chars"], "distribution": "bernoulli"}
    assert changed.rounds == {"examples": {**_EXAMPLES, "labels": 4}, "teachers": 2}
    with pytest.raises(zoo.RecipeError, match="embedding_dropout.*many"):
        zoo.override(recipe, ["embedding_dropout_rate=many"])


def test_the_recipe_of_an_old_run_is_read():
    old = {
        "name": "best", "paper": "p", "summary": "s", "char_dim": 64, "hidden_units": 256,
        "latent_dim": 192, "feature_dim": 64, "dropout": 0.3, "rate_term": "ControlVAEKL",
        "rate_options": {"rate_nats": 160.0}, "latent": "GaussianLatent", "latent_options": {},
        "slots": 24, "slot_spacing": 1.0, "decoder": "autoregressive", "history_dropout": "",
        "history_dropout_options": {}, "embedding_dropout_rate": 0.0, "bag_of_chars": "",
        "bag_of_chars_weight": 1.0, "auxiliary_state_weight": 0.0, "encoder_training": "",
        "encoder_training_options": {}, "augmentation": "paradigm_pairs",
        "back_translations": 15, "teachers": 2, "teacher_epochs": 2, "batch_size": 64,
        "learning_rate": 0.004, "pupil_learning_rate": 0.0015, "learning_rate_decay": "cosine",
        "clip_norm": 5.0, "ema_momentum": 0.998, "epochs": 6, "epoch_steps": 2000, "patience": 8,
    }  # fmt: skip
    today = zoo.recipe("best").replace(paper="p", summary="s")
    assert zoo.Recipe.from_config(old) == today
    annealed = {**old, "rate_term": "KLDivergence", "back_translations": 0}
    annealed["rate_options"] = {"weight": {"schedule": "LinearAnnealing", "rate": 0.5}}
    annealed.update(history_dropout="CharDropout", history_dropout_options={"rate": 0.6})
    annealed.update(bag_of_chars="bernoulli", decoder="historyless_bidirectional", augmentation="")
    recipe = zoo.Recipe.from_config(annealed)
    assert recipe.rate_term["weight"] == {"class": "LinearAnnealing", "rate": 0.5}
    assert recipe.history_dropout == {"class": "CharDropout", "rate": 0.6}
    assert recipe.bag_of_chars["distribution"] == "bernoulli" and recipe.rounds is None
    assert recipe.decoder["bidirectional"] and recipe.augmentation is None


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("latent_dims=8", "no setting 'latent_dims'.*Did you mean 'latent_dim'"),
        ("rate_nat=8", "Did you mean 'rate_term.rate_nats'"),
        ("latent_dim", "name=value"),
        ("latent_dim=2.5", "must be of type int"),
        ("learning_rate=fast", "must be of type float"),
        ("name=other", "no setting 'name'"),
        ("history_dropout.rate=0.5", "set history_dropout.class first"),
        ("rate_term=3", "must be a part, a class or None"),
    ],
)
def test_a_bad_setting_says_what_is_allowed(setting, message):
    with pytest.raises(zoo.RecipeError, match=message) as caught:
        zoo.override(zoo.recipe("mdr"), [setting])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("latent_dim=0", "latent_dim"),
        ("rate_term=Magic", "one of .*MDRConstraint"),
        ("rate_nats=-1", "rate_nats"),
        ("rate_term.speed=3", "no option 'speed'"),
        ("rate_term.speed=3", "takes: rate_nats, (?!.*trainable)"),
        ("rate_term.dampin=3", "Did you mean 'damping'"),
        ("history_dropout=KLDivergence", "one of .*CharDropout"),
        ("decoder=Magic", "one of .*HistorylessGRUDecoder"),
        ("bag_of_chars={'class': 'BagOfCharsHead', 'distribution': 'magic'}", "bernoulli"),
        ("augmentation=Magic", "one of ParadigmPairs"),
    ],
)
def test_an_impossible_value_says_what_is_allowed(setting, message):
    recipe = zoo.override(zoo.recipe("mdr"), [setting])
    with pytest.raises(zoo.RecipeError, match=message):
        build(recipe, TASK)
        TASK.training_examples(recipe)


def test_an_unknown_recipe_lists_those_there_are():
    with pytest.raises(zoo.RecipeError, match="base.*mdr"):
        zoo.recipe("none")


@pytest.mark.parametrize("name", [n for n in zoo.recipes() if has_target(zoo.recipe(n))])
def test_a_target_replaces_an_option_that_the_model_takes(name):
    old, new = zoo.recipe(name), with_target(zoo.recipe(name), 20.0)
    assert new != old
    assert new.replace(rate_term=None, latent=None) == old.replace(rate_term=None, latent=None)
    build(new, TASK)


def test_a_recipe_without_a_target_refuses_one():
    with pytest.raises(zoo.RecipeError, match="no target"):
        with_target(zoo.recipe("base"), 20.0)


SCHEDULED = [n for n in zoo.recipes() if isinstance(zoo.recipe(n).rate_term.get("weight"), dict)]


def weights(recipe, steps):
    options = dict(recipe.rate_term["weight"])
    schedule = getattr(schedules, options.pop("class"))(**options)
    return [float(schedule(step)) for step in steps]


@pytest.mark.parametrize("name", SCHEDULED)
def test_a_shorter_schedule_is_the_same_curve(name):
    recipe = zoo.recipe(name)
    shorter = with_schedule_length(recipe, 0.125)
    assert weights(shorter, range(0, 2000, 100)) == pytest.approx(
        weights(recipe, range(0, 16000, 800)), abs=1e-3
    )


def test_pretraining_is_shortened_with_the_rest():
    for factor, epochs in ((0.4, 2), (0.01, 1)):
        shorter = with_schedule_length(zoo.recipe("encoder_pretraining"), factor)
        assert shorter.encoder_training == {"class": "EncoderPretraining", "epochs": epochs}


def test_recipes_without_a_schedule_keep_their_length():
    assert len(SCHEDULED) >= 4
    for name in set(zoo.recipes()) - set(SCHEDULED) - {"encoder_pretraining"}:
        assert with_schedule_length(zoo.recipe(name), 0.125) == zoo.recipe(name)
    with pytest.raises(ValueError, match="positive. Received: 0"):
        with_schedule_length(zoo.recipe("kl_linear"), 0)


def test_rounds_are_begun_by_any_of_their_options():
    recipe = zoo.override(zoo.recipe("mdr"), ["rounds.teachers=2"])
    recipe = zoo.override(recipe, ["rounds.examples.class=BackTranslation", "back_translations=15"])
    assert recipe.rounds == {
        "teachers": 2,
        "examples": {"class": "BackTranslation", "labels": 15},
    }
    with pytest.raises(zoo.RecipeError, match=r"set rounds\.examples\.class first"):
        zoo.override(zoo.recipe("mdr"), ["rounds.examples.labels=15"])

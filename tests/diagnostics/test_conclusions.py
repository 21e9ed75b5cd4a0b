"""From measurements made by hand to the causes of a model, most likely first."""

import types

import numpy as np
import pytest
import tensorflow as tf
from made_figures import distortion, found, our_latent, survey

from keras_vae_collapse.diagnostics import LatentModel, conclusions
from keras_vae_collapse.diagnostics.causes import loss, objective, path, training
from keras_vae_collapse.diagnostics.examination.loss_weights import LossWeights
from keras_vae_collapse.diagnostics.examination.objectives import DISTANCE
from keras_vae_collapse.losses import GECO, KLDivergence, MaximumMeanDiscrepancy

FLAT, STEEP = np.array([1e-3, 1e-4]), np.array([2.0, 1.0])


@pytest.mark.parametrize(
    ("information", "gap", "used"),
    [(0.5, 0.2, True), (0.49, 5.0, False), (4.0, 0.39, False), (4.0, 0.4, True), (4.0, None, True)],
)
def test_a_latent_is_used_that_says_half_a_nat_and_is_heard(information, gap, used):
    about = found(information_nats=information, z_worth_nats=gap)
    assert conclusions.is_used(about) is used
    # Of two examples half of what they can show is enough.
    few = found(information_nats=0.35, z_worth_nats=5.0, examples=2)
    assert conclusions.is_used(few)


def test_the_surer_a_cause_the_earlier_it_stands():
    blocked, dead = survey(encoder_blocked=True), survey(dead_layer="relu")
    averaged = {"relative_weight": 8.0}
    causes = [
        path.z_disconnected(found(z_in_loss=False)),
        path.posterior_ignores_input(found(survey=dead)),
        loss.rate_not_in_loss(found(rate_in_loss=False)),
        path.posterior_ignores_input(found(survey=blocked)),
        loss.weight_stuck_at_zero(found(rate_weight=0.0)),
        training.too_short(found(iterations=0, start_nats=1.0), 0.0, 9),
        loss.distortion_averaged(found(kind=distortion(1 / 8), **averaged)),
        loss.distortion_averaged(found(averaged_over=8.0, **averaged)),
        training.encoder_lags(found(amortisation_gap_nats=9.0, rate_nats=0.0, z_worth_nats=0.0)),
        objective.weight_too_high(found(relative_weight=3.0)),
        objective.generator_strong(found(history_worth_nats=99.0)),
        training.undecided(found(iterations=3)),
    ]
    scores = [cause.score for cause in causes]
    assert scores == sorted(scores, reverse=True) and len(set(scores)) == len(scores)
    assert scores[0] == 1.0 and 0.5 < scores[-1] <= 0.6
    same_size = loss.distortion_averaged(found(kind=distortion(rows=8), rate_weight=8.0))
    assert same_size.score == causes[6].score
    one_by_dims = loss.distortion_averaged(found(kind=distortion(), rate_weight=0.25))
    assert one_by_dims.score == causes[7].score
    mmd = our_latent(MaximumMeanDiscrepancy(0.0))
    free = loss.weight_stuck_at_zero(found(survey=survey(site=mmd), objective=DISTANCE))
    assert free.score == causes[4].score
    padding = loss.padding_counted(found(counted_padding=1.0)).score
    frozen = training.encoder_lags(found(survey=survey(frozen=(3, 3)))).score
    assert scores[9] < padding < frozen <= scores[7]


def explained(**figures):
    """The names of the causes of a model whose training goes on as it is told."""
    about = found(**figures)
    explanation = conclusions.of_model(about, None, np.arange(128), seed=0)
    assert explanation.collapsed is not conclusions.is_used(about)
    scores = [cause.score for cause in explanation.causes]
    assert scores == sorted(scores, reverse=True)
    return [cause.name for cause in explanation.causes]


def test_what_is_a_matter_of_degree_is_asked_only_where_nothing_is_broken():
    degree = {"amortisation_gap_nats": 12.0, "survey": survey(frozen=(3, 3))}
    assert explained(**degree) == ["encoder_lags"]
    assert explained(**degree, z_in_loss=False) == ["z_disconnected"]
    assert explained(**degree, rate_in_loss=False, counted_padding=1.0) == [
        "rate_not_in_loss",
        "padding_counted",
    ]
    assert explained(counted_padding=1.0) == ["padding_counted"]
    assert explained(rate_weight=0.0) == ["weight_stuck_at_zero"]


@pytest.fixture
def trainings(monkeypatch):
    """The trainings that are asked for; in each the loss falls by 2."""
    asked = []

    def fall_in_training(passes, blocks, steps, rng, weights=None, distortion=None):
        asked.append((list(map(len, blocks)), steps, weights, distortion))
        return 2.0

    monkeypatch.setattr(conclusions, "fall_in_training", fall_in_training)
    return asked


def causes_of_degree(rows=160, used=False, **figures):
    about = found(**figures)
    about.survey.encoder_weights = [4]
    causes = conclusions._causes_of_degree(about, None, np.arange(rows), used, seed=0)
    return [cause for cause in causes if cause]


def test_an_encoder_that_lags_is_trained_alone_for_some_steps(trainings):
    kind = distortion(0.5)
    (cause, *_) = causes_of_degree(kind=kind, amortisation_gap_nats=20.0, z_worth_nats=0.0)
    assert trainings == [([64, 64, 32], 12, [4], None)]
    assert "encoder alone gain 4.00 nats" in cause.evidence  # 2 units of the loss, 2 nats each
    (unknown, *_) = causes_of_degree(amortisation_gap_nats=20.0, z_worth_nats=0.0)
    assert "encoder alone gain 2.00 nats" in unknown.evidence
    trainings.pop()
    # What is frozen needs no trial.
    causes_of_degree(survey=survey(kind, frozen=(3, 3)), z_worth_nats=0.0)
    assert len(trainings) == 1


@pytest.mark.parametrize(
    ("iterations", "steps"), [(10, 10), (60, 12), (500, 20), (1000, 20), (1001, None), (None, None)]
)
def test_a_fifth_of_the_steps_are_taken_where_there_were_few(trainings, iterations, steps):
    early = {"iterations": iterations, "start_nats": 30.0, "distortion_nats": 30.0}
    causes = causes_of_degree(rows=40, kind=distortion(0.5), **early)
    assert [asked[:2] for asked in trainings] == ([([40], steps)] if steps else [])
    assert [cause.name for cause in causes] == (["too_short"] if steps else [])
    assert not steps or f"falls by 4.00 nats in {steps} more" in causes[0].evidence


def test_a_used_latent_without_another_cause_is_not_asked_whether_it_is_young(trainings):
    early = {"iterations": 100, "start_nats": 30.0, "distortion_nats": 30.0}
    assert causes_of_degree(used=True, **early) == [] and trainings == []
    causes_of_degree(used=True, relative_weight=9.0, **early)
    assert len(trainings) == 1


def test_beside_a_distance_the_fall_is_that_of_the_distortion_alone(trainings):
    early = {"iterations": 100, "start_nats": 30.0, "distortion_nats": 30.0}
    kind = distortion()
    causes_of_degree(kind=kind, **early)
    causes_of_degree(kind=kind, objective=DISTANCE, **early)
    assert [alone for *_, alone in trainings] == [None, kind]


@pytest.mark.parametrize(
    ("figures", "names"),
    [
        ({"singular_values": FLAT}, ["not_identifiable"]),
        ({"singular_values": FLAT, "history_worth_nats": 60.0},
         ["generator_strong", "not_identifiable"]),
        ({"singular_values": STEEP, "history_worth_nats": 60.0}, ["generator_strong"]),
        ({"singular_values": STEEP / 10, "z_worth_nats": 0.0}, ["not_identifiable"]),
        ({"singular_values": STEEP / 10, "z_worth_nats": 0.0, "iterations": 150}, ["too_short"]),
    ],
)  # fmt: skip
def test_an_unused_latent_has_a_flat_decoder_or_one_that_needs_no_z(trainings, figures, names):
    assert [cause.name for cause in causes_of_degree(**figures)] == names
    assert causes_of_degree(used=True, **figures) == []


@pytest.mark.parametrize(("beta", "first"), [(1.1, 0.98), (1.2, None)])
def test_a_weight_above_one_may_have_killed_the_units(beta, first):
    dead = found(
        survey=survey(distortion(), dead_layer="relu"), eigenvalues=np.array([1.15, 1.15]),
        relative_weight=beta,
    )  # fmt: skip
    ignored, heavy = conclusions._ignored_input(dead)
    assert (heavy is None) is (first is not None)
    assert ignored.score == first if first else 0.0 < heavy.score - ignored.score < 0.02


def test_figures_that_were_measured_and_what_was_not_looked_at_are_told():
    geco = our_latent(GECO(5.0, initial_multiplier=4.0))
    about = found(survey=survey(site=geco), amortisation_gap_nats=0.0)
    explanation = conclusions.of_model(about, None, np.arange(8), seed=0)
    assert {"rate_nats", "z_worth_nats", "amortisation_gap_nats"} <= set(explanation.figures)
    assert None not in explanation.figures.values()
    untold, unknown = explanation.notes
    assert "told no distortion" in untold and "at 4," in untold and "not recognised" in unknown
    known = found(survey=survey(distortion(), site=our_latent(KLDivergence())))
    assert conclusions.of_model(known, None, np.arange(8), seed=0).notes == []


RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 2))
EXACT = LatentModel(
    lambda x: (x / 1.01, np.full_like(x, 0.1)), lambda z, x: -50.0 * np.sum((x - z) ** 2, -1), X
)


@pytest.mark.parametrize(
    ("weights", "names"),
    [
        (LossWeights(1.0, 1.0, 0.0), []),
        (LossWeights(1.0, 0.009, 0.001), ["rate_not_in_loss"]),
        (LossWeights(1.0, 0.011, 0.001), []),
        (LossWeights(1.0, 0.24, 0.1), ["rate_not_in_loss"]),  # within what the fit leaves open
        (LossWeights(1.0, 0.26, 0.1), []),
        (LossWeights(1.0, -0.26, 0.1), []),
        (LossWeights(0.1, 0.02, 0.1), ["rate_not_in_loss"]),
        (LossWeights(0.125, 1.0, 0.0), ["distortion_averaged"]),
        (LossWeights(1.0, 2.5, 0.0), ["weight_too_high"]),
        (LossWeights(0.0, 1.0, 0.0), ["weight_too_high"]),
    ],
)
def test_the_weights_of_a_loss_are_read_with_their_error(monkeypatch, weights, names):
    monkeypatch.setattr(conclusions, "weights_of_loss", lambda *args: weights)
    model = types.SimpleNamespace(optimizer=types.SimpleNamespace(iterations=70))
    explanation = conclusions.of_callables(EXACT, 0, model, None)
    assert [cause.name for cause in explanation.causes] == names
    assert explanation.figures["iterations"] == 70 and len(explanation.notes) == 1
    assert explanation.figures["rate_weight"] == weights.rate and not explanation.collapsed


def test_callables_without_a_loss_are_told_what_is_not_known(monkeypatch):
    monkeypatch.setattr(conclusions, "weights_of_loss", lambda *args: None)
    model = types.SimpleNamespace(optimizer=None)
    for explanation in (
        conclusions.of_callables(EXACT, 0, model),
        conclusions.of_callables(EXACT, 0),
    ):
        assert "not split into distortion and rate" in explanation.notes[1]
        assert not {"rate_weight", "iterations"} & set(explanation.figures)
    with pytest.raises(ValueError, match="`latent` must hold at least two examples. Received: 1"):
        conclusions.of_callables(EXACT.subset([0]), 0)
    assert len(conclusions.of_callables(EXACT.subset([0, 1]), 0).causes) <= 1


@pytest.mark.parametrize(("slope", "names"), [(0.01, ["not_identifiable"]), (1.0, [])])
def test_of_callables_a_decoder_that_is_flat_is_not_identifiable(slope, names):
    def log_prob(z, x):
        return -0.5 * tf.reduce_sum((x - slope * z) ** 2, axis=-1)

    flat = LatentModel(lambda x: (x / 1.2, np.full_like(x, 0.6)), log_prob, X.astype("float32"))
    assert [cause.name for cause in conclusions.of_callables(flat, 0).causes] == names

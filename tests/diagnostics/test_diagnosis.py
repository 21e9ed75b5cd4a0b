import dataclasses

import numpy as np
import pytest
import tensorflow_probability as tfp
from failing_models import ROWS, Generator, make

from keras_vae_collapse.diagnostics import LatentModel, Thresholds, diagnose
from keras_vae_collapse.diagnostics.verdict import judge

tfd = tfp.distributions


def diagnosed(name, **arguments):
    return diagnose(make(name), num_samples=5, **arguments)


@pytest.mark.parametrize(
    "name, verdict, cause",
    [
        ("healthy", "healthy", None),
        ("spare_dimensions", "healthy", None),
        ("inactive", "collapsed", "inactive"),
        ("input_independent", "collapsed", "input-independent"),
        ("noisy", "collapsed", "noisy"),
        ("latent_ignored", "latent ignored", None),
        ("few_dimensions", "partial", "dimensions"),
        ("generic_outputs", "partial", "outputs"),
    ],
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_way_to_fail_gets_its_verdict(name, verdict, cause, seed):
    report = diagnosed(name, seed=seed)
    assert (report.verdict, report.cause) == (verdict, cause)
    assert bool(report.remedies) == (verdict != "healthy")


def test_a_gap_that_is_small_beside_the_information_is_one_of_a_latent_ignored():
    figures = {"mutual_information_nats": 10.0, "z_gap_nats": 0.9, "examples": 10**6}
    assert judge(figures, [], Thresholds()) == ("latent ignored", None)
    assert judge(figures, [], Thresholds(ignored_gap_fraction=0.08))[0] != "latent ignored"
    assert (
        judge({**figures, "z_gap_nats": 0.1}, [], Thresholds(ignored_gap_fraction=0.0))[1] is None
    )


def test_of_a_very_small_set_half_of_what_it_can_show_is_enough():
    figures = {"mutual_information_nats": 0.4, "z_gap_nats": 1.0, "examples": 2, "rate_nats": 0.4}
    figures |= {"distortion_nats": 1.0, "iw_nll_nats": 1.4}
    assert judge(figures, [], Thresholds())[0] == "healthy"
    assert judge({**figures, "examples": 3}, [], Thresholds())[0] == "collapsed"


def test_dimensions_of_one_model_fail_in_different_ways():
    rng = np.random.default_rng(0)
    signal = rng.standard_normal((500, 5))
    loc = signal * [1.0, 1e-4, 0.5, 1e-4, 0.0] + [0, 0, 0, 1.5, 0]
    scale = np.broadcast_to([0.3, 1.0, 5.0, 0.4, 1.0], loc.shape).copy()
    scale[:, 4] = np.where(signal[:, 4] > 0, 0.1, 2.0)  # a code in sigma alone
    model = LatentModel(
        lambda rows: (loc[rows], scale[rows]), lambda z, r: -z[:, 0], np.arange(500)
    )
    dimensions = diagnose(model, num_samples=1).dimensions
    states = [d.state for d in dimensions]
    assert states == ["active", "inactive", "noisy", "inactive", "active"]
    assert [d.equals_prior for d in dimensions] == [False, True, False, False, False]
    assert [d.index for d in dimensions] == list(range(5))
    noisy = dimensions[2]
    assert noisy.mean_variance == pytest.approx(loc[:, 2].var(ddof=1))
    assert noisy.noise_variance == pytest.approx(25.0)
    assert f"noise has {25 / noisy.mean_variance:.3g} times" in noisy.why
    assert "mean 1.5, scale 0.4" in dimensions[3].why
    # Half of log(1 + signal / noise), the information of a Gaussian code.
    information = 0.5 * np.log1p(loc[:, 0].var() / 0.09)
    assert dimensions[0].information_nats == pytest.approx(information, abs=0.15)


def test_information_in_many_noisy_dimensions_is_not_a_collapse():
    g = Generator([0.14] * 12)  # each carries about 0.04 nats, all of them 0.45
    report = diagnose(
        LatentModel(g.posterior, g.reads_z, g.x, g.decode),
        num_samples=1,
        thresholds=Thresholds(
            active_information_nats=0.1, collapsed_information_nats=0.2, unchanged_fraction=1.0
        ),
    )
    assert all(d.state == "noisy" for d in report.dimensions)
    assert (report.verdict, report.cause) == ("partial", "dimensions")


def test_thresholds_move_the_verdict():
    g = Generator([0.3])  # carries 0.17 nats
    little = LatentModel(g.posterior, g.reads_z, g.x, g.decode)
    assert diagnose(little, num_samples=1).verdict == "collapsed"
    low = Thresholds(collapsed_information_nats=0.1)
    assert diagnose(little, num_samples=1, thresholds=low).verdict != "collapsed"
    strict = Thresholds(ignored_gap_nats=1e6)
    assert diagnosed("healthy", thresholds=strict).verdict == "latent ignored"
    strict = Thresholds(sufficient_fraction=1.0)
    assert diagnosed("spare_dimensions", thresholds=strict).verdict == "partial"
    lax = Thresholds(partial_fraction=0.2)
    assert diagnosed("few_dimensions", thresholds=lax).verdict == "healthy"
    with pytest.raises(ValueError, match="partial_fraction.*1.5"):
        Thresholds(partial_fraction=1.5)
    with pytest.raises(ValueError, match="prior_kl_nats"):
        Thresholds(prior_kl_nats=-1.0)


def test_a_short_training_is_not_judged():
    short = diagnosed("inactive", steps=40)
    assert (short.verdict, short.cause, short.remedies) == ("too short to judge", None, [])
    assert "40 steps" in short.findings[-1] and short.steps == 40
    assert diagnosed("inactive", steps=200).verdict == "collapsed"
    assert diagnosed("healthy", steps=40).verdict == "healthy"
    lax = Thresholds(least_steps=10)
    assert diagnosed("inactive", steps=40, thresholds=lax).verdict == "collapsed"


def test_outputs_for_right_permuted_and_prior_z_stand_side_by_side():
    model = make("healthy")
    model = dataclasses.replace(
        model,
        labels=[f"row {i}" for i in range(len(model))],
        gold=model.decode(model.encode(model.inputs)[0], model.inputs),
    )
    report = diagnose(model, num_samples=1, num_examples=5)
    assert len(report.samples) == 5
    for sample in report.samples:
        assert sample.right == sample.gold
        assert sample.permuted != sample.right
        assert sample.prior != sample.right
    assert report.figures["distinct_outputs"] == len(set(model.gold))
    assert report.figures["unchanged_output_fraction"] < 0.1
    generic = diagnosed("inactive")
    assert generic.figures["distinct_outputs"] == 1
    assert generic.figures["unchanged_output_fraction"] == 1.0


def test_model_without_decode_is_diagnosed_without_outputs():
    report = diagnose(dataclasses.replace(make("healthy"), decode=None), num_samples=2)
    assert report.verdict == "healthy"
    assert not report.samples
    assert "distinct_outputs" not in report.figures
    assert "right z" not in report.to_text()
    assert "<h2>Outputs</h2>" not in report.to_html()


@pytest.mark.parametrize(
    "prior",
    [
        tfd.MultivariateNormalDiag(np.zeros(4, "float32")),
        tfd.Normal(np.zeros(4, "float32"), 1.0),
        tfd.MixtureSameFamily(
            tfd.Categorical(logits=[0.0, 0.0]),
            tfd.MultivariateNormalDiag(np.array([[-0.5] * 4, [0.5] * 4], "float32")),
        ),
    ],
    ids=["vector", "scalars", "mixture"],
)
def test_other_priors(prior):
    model = dataclasses.replace(make("healthy"), prior=prior)
    report = diagnose(model, num_samples=5)
    assert report.verdict == "healthy"
    assert report.rate_per_example.mean() == pytest.approx(report.figures["rate_nats"])
    joint = prior.event_shape.rank == 1
    assert all((d.kl_nats is None) == joint for d in report.dimensions)
    assert "<svg" in report.to_html()
    weak = dataclasses.replace(make("inactive"), prior=tfd.Normal(np.zeros(4), 1.0))
    assert all(d.equals_prior for d in diagnose(weak, num_samples=2).dimensions)


def test_active_units_are_counted_with_the_threshold_of_the_diagnosis():
    for variance, count in ((0.01, 4), (1e6, 0)):
        thresholds = Thresholds(active_variance=variance)
        assert diagnosed("healthy", thresholds=thresholds).figures["active_units"] == count


def test_spare_dimensions_are_named_in_a_healthy_report():
    findings = diagnosed("spare_dimensions").findings
    assert "6 dimensions that are not active are spare" in findings[-1]
    assert "spare" not in diagnosed("healthy").to_text()


def test_larger_set_is_cut_down_and_the_report_says_so():
    report = diagnosed("healthy", max_rows=50)
    assert report.figures["examples"] == 50
    assert report.total_rows == ROWS
    assert "50 examples drawn from 300" in report.to_text()
    # The rate to ask for is that of the whole set, 4 log 300.
    (first, *_) = diagnosed("inactive", max_rows=50).remedies
    assert first.settings == {"rate_term.rate_nats": 23}


def test_same_seed_same_report():
    assert diagnosed("healthy", seed=4).to_json() == diagnosed("healthy", seed=4).to_json()
    assert diagnosed("healthy", seed=4).to_json() != diagnosed("healthy", seed=5).to_json()
    estimates = [diagnosed("healthy", seed=seed).figures["iw_nll_nats"] for seed in (4, 5)]
    assert estimates[0] != estimates[1]


def test_bad_values_are_named():
    model = make("healthy")
    with pytest.raises(ValueError, match="num_samples.*at least 1.*num_samples=0"):
        diagnose(model, num_samples=0)
    with pytest.raises(ValueError, match="at least two rows"):
        diagnose(model.subset([0]))
    with pytest.raises(ValueError, match="decode.*one output for each of 300 rows"):
        diagnose(dataclasses.replace(model, decode=lambda z, x: ["one"]), num_samples=1)
    with pytest.raises(ValueError, match="without a latent"):
        diagnose(dataclasses.replace(model, encode=lambda x: x), num_samples=1)
    with pytest.raises(ValueError, match="`encode` must be callable"):
        LatentModel(None, model.log_prob, model.inputs)
    with pytest.raises(ValueError, match="`gold` must hold one entry for each of the 300"):
        dataclasses.replace(model, gold=["a"])


@pytest.mark.parametrize(
    ("name", "low"), [("num_samples", 1), ("seed", 0), ("max_rows", 2), ("num_examples", 0)]
)
def test_a_number_below_its_least_is_named(name, low):
    with pytest.raises(ValueError, match=f"{name}.*at least {low}.*{name}={low - 1}"):
        diagnose(make("healthy"), **{name: low - 1})
    report = diagnose(make("healthy"), **{"num_samples": 1, "max_rows": 20, name: low})
    assert len(report.samples) == min(
        report.figures["examples"], 0 if name == "num_examples" else 8
    )


def test_rows_of_a_larger_set_are_drawn_by_the_seed_and_keep_their_order():
    seen = []

    def encode(rows):
        seen.append(rows.copy())
        return rows[:, np.newaxis] / 50.0, np.full((len(rows), 1), 0.3)

    model = LatentModel(
        encode, lambda z, rows: -np.sum((z - rows[:, None] / 50) ** 2, -1), np.arange(100.0)
    )
    for seed in (0, 1):
        diagnose(model, num_samples=1, max_rows=30, seed=seed)
    first, second = seen[0], seen[-1]
    assert len(first) == 30 and np.all(np.diff(first) > 0) and first.tolist() != second.tolist()
    report = diagnose(model, num_samples=1, max_rows=100)
    assert report.figures["examples"] == report.total_rows == 100
    assert "drawn from 100" not in report.to_text()


def test_a_diagnosis_takes_500_samples_of_1600_rows_and_shows_8_unless_told_otherwise():
    few = make("healthy").subset(np.arange(12))
    report = diagnose(few)
    assert report.figures["num_samples"] == 500 and len(report.samples) == 8
    assert report.seed == 0 and report.steps is None and report.figures["latent_dim"] == 4
    many = LatentModel(
        lambda x: (x[:, None], np.ones((len(x), 1))), lambda z, x: -(z[:, 0] ** 2), np.zeros(1601)
    )
    assert diagnose(many, num_samples=1).figures["examples"] == 1600


def test_a_report_has_what_the_training_was_with():
    recipe = {"name": "mdr", "rate_term": {"rate_nats": 99.0}}
    found = diagnose(make("inactive"), num_samples=1, recipe=recipe)
    assert "mdr" not in [remedy.recipe for remedy in found.remedies]
    # Twice the present rate where that is more than 4 log 300 = 22.8.
    shallow = diagnosed("few_dimensions")
    (asked,) = [r.settings["rate_term.rate_nats"] for r in shallow.remedies if r.recipe == "mdr"]
    assert asked == max(23, int(np.ceil(2 * shallow.figures["rate_nats"])))
    (smaller,) = [r for r in shallow.remedies if "latent_dim" in r.settings]
    assert smaller.settings["latent_dim"] == sum(d.state == "active" for d in shallow.dimensions)

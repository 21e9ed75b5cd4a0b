import numpy as np
import pytest
from training_runs import tiny

from keras_vae_collapse.diagnostics import diagnose
from keras_vae_collapse.metrics import mutual_information, rate, z_gap
from keras_vae_collapse.metrics.posterior import standardized
from keras_vae_collapse.tasks.reinflection import Example, ReinflectionTask
from keras_vae_collapse.training import evaluation
from keras_vae_collapse.training.build import build
from keras_vae_collapse.training.evaluation import EncodedExamples, evaluate, quick_figures

EXAMPLES = [
    Example(stem + "ler", f"pos=N,case={case}", stem + ending)
    for stem in ("ev", "göl", "çekirdek", "dil", "el")
    for case, ending in (("ABL", "den"), ("ESS", "de"), ("GEN", "in"))
]
TASK = ReinflectionTask.from_examples(EXAMPLES, EXAMPLES)


@pytest.fixture(scope="module")
def encoded():
    """An untrained model on the examples."""
    return EncodedExamples(TASK, build(tiny("base"), TASK), EXAMPLES)


@pytest.fixture(scope="module")
def lively():
    """A model of random weights, whose words hang on `z`, with a prior that is not normal."""
    model, rng = build(tiny("multimodal_prior"), TASK), np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(size=weight.shape))
    return EncodedExamples(TASK, model, EXAMPLES)


def test_rows_come_in_the_order_of_length_with_their_labels(encoded):
    latent_model, model = encoded.latent_model, encoded.model
    assert encoded.examples == [EXAMPLES[i] for i in encoded.order]
    assert [len(form) for form in latent_model.gold] == sorted(len(e.target) for e in EXAMPLES)
    for row, example in enumerate(encoded.examples):
        assert latent_model.labels[row] == f"{example.source} + {example.features}"
        assert latent_model.gold[row] == example.target
        loc, scale = latent_model.encode(latent_model.rows([row]))
        for found, expected in zip((loc, scale), model.encode([example.source]), strict=True):
            np.testing.assert_allclose(found, expected, atol=1e-6)
        forms = latent_model.decode(np.asarray(loc), latent_model.rows([row]))
        assert forms == model.inflect([example.source], [example.features])


def test_padding_does_not_change_the_log_probability(encoded):
    latent_model = encoded.latent_model
    z = np.zeros((len(EXAMPLES), encoded.model.latent.latent_dim), "float32")
    together = latent_model.log_prob(z, latent_model.inputs)
    alone = [latent_model.log_prob(z[:1], latent_model.rows([row])) for row in range(len(z))]
    np.testing.assert_allclose(together, np.concatenate(alone), rtol=1e-5)


def test_an_untrained_model_has_collapsed(encoded):
    assert diagnose(encoded.latent_model, num_samples=5).verdict == "collapsed"


def test_figures_of_an_epoch_are_those_of_the_metrics(lively):
    found, model = quick_figures(lively, seed=3), lively.latent_model
    loc, scale = lively.posterior()
    gap = z_gap(model.log_prob, loc, scale, model.inputs, num_permutations=1, seed=3)
    assert found["z_gap"] == pytest.approx(gap) and abs(gap) > 0.5
    z = loc + scale * np.random.default_rng(3).standard_normal(loc.shape)
    assert found["distortion"] == pytest.approx(model.distortion(z).mean())
    prior = lively.model.latent.prior.distribution()
    assert found["rate"] == pytest.approx(rate(loc, scale, prior, seed=3).mean())
    assert abs(found["rate"] - rate(loc, scale).mean()) > 0.1
    words = {best for best, *_ in TASK.outputs(lively.model, EXAMPLES)}
    assert found["distinct"] == len(words) > 3
    assert set(lively.latest.outputs) == words
    np.testing.assert_array_equal(lively.latest.loc, loc)
    np.testing.assert_array_equal(lively.latest.scale, scale)


def test_an_evaluation_has_greedy_and_beam_search_and_gives_outputs_in_the_order_asked(lively):
    figures, outputs = evaluate(TASK, lively.model, EXAMPLES, beam_width=2, num_samples=7)
    model = lively.model
    assert outputs == TASK.outputs(model, EXAMPLES, 2)
    assert {len(n_best) for n_best in outputs} == {2}
    greedy = TASK.outputs(model, EXAMPLES)
    for found, answers in ((figures, greedy), (figures["beam"], outputs)):
        expected = TASK.figures(EXAMPLES, answers)["levenshtein"]
        assert found["levenshtein"] == pytest.approx(expected)
    assert figures["beam"]["width"] == 2
    assert figures["distinct_outputs"] == len({best for best, *_ in greedy})
    assert (figures["examples"], figures["num_samples"]) == (len(EXAMPLES), 7)
    loc, scale = lively.posterior()
    prior = model.latent.prior.distribution()
    assert figures["rate_nats"] == pytest.approx(rate(loc, scale, prior).mean())
    latent = lively.latent_model
    assert figures["z_gap_nats"] == pytest.approx(z_gap(latent.log_prob, loc, scale, latent.inputs))


def test_the_seed_reaches_every_figure_of_noise(lively, monkeypatch):
    asked = []

    def latent_metrics(*_, **options):
        asked.append((options["seed"], options["num_samples"]))
        return {"distortion_nats": 2.0, "rate_nats": 1.0}

    def further_figures(figures, model, seed):
        asked.append(seed)
        return {}

    monkeypatch.setattr(evaluation, "latent_metrics", latent_metrics)
    monkeypatch.setattr(TASK, "further_figures", further_figures)
    evaluate(TASK, lively.model, EXAMPLES, beam_width=1, num_samples=7, seed=5)
    assert asked == [(5, 7), 5]


def test_one_example_is_too_few_to_compare():
    with pytest.raises(ValueError, match="at least two examples.*Received: 1"):
        EncodedExamples(TASK, None, EXAMPLES[:1])


def test_posteriors_on_a_sphere_have_figures_of_their_own(monkeypatch):
    encoded = EncodedExamples(TASK, build(tiny("vmf"), TASK), EXAMPLES)
    rate_nats = encoded.model.latent.committed_rate_nats
    counted, asked = [], []

    def information_of(loc, scale, **options):
        asked.append(options)
        return mutual_information(loc, scale, **options)

    monkeypatch.setattr(evaluation, "active_units", lambda loc: counted.append(loc) or 1)
    monkeypatch.setattr(evaluation, "mutual_information", information_of)
    quick = quick_figures(encoded, seed=2)
    assert asked == [{"num_samples": 1, "seed": 2, "distribution": encoded.distribution}]
    units = standardized(encoded.posterior()[0], encoded.prior, encoded.distribution)
    np.testing.assert_array_equal(counted[0], units)
    figures, _ = evaluate(TASK, encoded.model, EXAMPLES, beam_width=1, num_samples=4)
    assert quick["rate"] == pytest.approx(rate_nats, rel=1e-5)
    assert figures["rate_nats"] == pytest.approx(rate_nats, rel=1e-5)
    for information in (quick["mutual_information"], figures["mutual_information_nats"]):
        assert 0.0 < information <= np.log(len(EXAMPLES)) + 1e-6
    # Each draw is one on the sphere: the distortion is that of the decoder there.
    loc, scale = encoded.posterior()
    z = encoded.distribution(loc, scale).sample(200, seed=[1, 2]).numpy()
    nats = [-encoded.latent_model.log_prob(draw, encoded.latent_model.inputs) for draw in z]
    assert figures["distortion_nats"] == pytest.approx(np.mean(nats), abs=0.05)

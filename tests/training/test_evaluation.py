import numpy as np
import pytest
from training_runs import tiny

from keras_vae_collapse.diagnostics import diagnose
from keras_vae_collapse.tasks.reinflection import Example, ReinflectionTask
from keras_vae_collapse.training.build import build
from keras_vae_collapse.training.evaluation import EncodedExamples

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

import numpy as np
import pytest
import tensorflow as tf
from rate_term_cases import TERMS, normal, standard_normal
from slow_cases import mostly_slow
from two_replicas import TWO

from keras_vae_collapse.testing import check_rate_term


@pytest.mark.parametrize("name", mostly_slow(TERMS, ("kl", "mdr", "free_bits", "control_vae")))
def test_a_rate_term_keeps_the_facts_of_a_rate_term(name):
    check_rate_term(TERMS[name], strategy=TWO)


@pytest.mark.parametrize("name", TERMS)
def test_a_term_compiled_by_xla_gives_what_an_eager_one_gives(name):
    eager, compiled = TERMS[name](), TERMS[name]()
    rng = np.random.default_rng(0)
    q = normal(rng.normal(size=(8, 4)), rng.uniform(0.2, 2.0, size=(8, 4)))

    @tf.function(jit_compile=True)
    def call(loc, scale):
        return compiled(
            posterior=q.copy(loc=loc, scale=scale), prior=standard_normal(), training=True
        )

    for _ in range(3):
        expected = eager(posterior=q, prior=standard_normal(), training=True)
        np.testing.assert_allclose(call(q.loc, q.scale), expected, rtol=1e-5)
    for a, b in zip(compiled.weights, eager.weights, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5)

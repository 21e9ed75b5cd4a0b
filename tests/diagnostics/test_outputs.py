import types

import numpy as np
import tensorflow_probability as tfp

from keras_vae_collapse.diagnostics.outputs import compare_outputs


def shown(rows=100, count=8, seed=0):
    """The labels of the examples that a report shows."""
    model = types.SimpleNamespace(
        decode=True, labels=None, gold=None, prior_of_rows=lambda shape: None,
        outputs=lambda z: [f"{value:.3f}" for value in z[:, 0]],
    )  # fmt: skip
    loc = np.arange(rows, dtype="float64")[:, np.newaxis]
    _, samples = compare_outputs(model, loc, count, seed)
    for sample in samples:
        assert sample.right == f"{int(sample.label):.3f}" != sample.permuted
    return [int(sample.label) for sample in samples]


def test_outputs_are_unchanged_where_those_of_the_permuted_z_are_the_same():
    model = types.SimpleNamespace(
        decode=True, labels=None, gold=None, prior_of_rows=lambda shape: None,
        outputs=lambda z: [str(value > 0.0) for value in z[:, 0]],
    )  # fmt: skip
    figures, _ = compare_outputs(model, np.arange(1.0, 21.0)[:, np.newaxis], 0, 0)
    assert figures["unchanged_output_fraction"] == 1.0
    assert figures["distinct_outputs"] == figures["distinct_outputs_permuted_z"] == 1
    assert figures["distinct_outputs_prior_z"] == 2  # half of the draws are below 0


def test_the_examples_that_are_shown_are_drawn_from_all_by_the_seed():
    found = shown()
    assert found == sorted(set(found)) and len(found) == 8 and max(found) > 20
    assert shown() == found != shown(seed=1)
    assert shown(rows=5) == [0, 1, 2, 3, 4] and shown(count=0) == []


def test_each_example_is_shown_with_its_label_its_gold_and_its_three_outputs():
    prior = tfp.distributions.Normal(1e6, 1.0)
    model = types.SimpleNamespace(
        decode=True, labels=["a", "b", "c"], gold=[7, 8, 9], prior_of_rows=lambda shape: prior,
        outputs=lambda z: [round(float(value)) for value in z[:, 0]],
    )  # fmt: skip
    figures, samples = compare_outputs(model, np.array([[10.0], [20.0], [30.0]]), 9, 0)
    assert [(s.label, s.gold, s.right) for s in samples] == [
        ("a", "7", "10"),
        ("b", "8", "20"),
        ("c", "9", "30"),
    ]
    permuted = [sample.permuted for sample in samples]
    assert sorted(permuted) == ["10", "20", "30"] and "10" != permuted[0] and "20" != permuted[1]
    assert all(abs(int(sample.prior) - 1e6) < 10 for sample in samples)
    assert figures["unchanged_output_fraction"] == 0.0 and figures["distinct_outputs"] == 3

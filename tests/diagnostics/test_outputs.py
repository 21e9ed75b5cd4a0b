import types

import numpy as np

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

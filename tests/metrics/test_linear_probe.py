import numpy as np
import pytest
import sklearn.model_selection
import threadpoolctl

from keras_vae_collapse.metrics import linear_probe


def _clusters(shares, distance, seed=0):
    """Vectors around one corner of a simplex for each label, and the labels."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(shares)), shares))
    return rng.normal(size=(len(labels), 6)) + distance * np.eye(6)[labels], labels


def test_labels_that_a_plane_parts_are_told():
    loc, labels = _clusters([60, 30, 10], distance=20.0)
    assert linear_probe(loc, labels) == (1.0, 0.6, 3, 100)


def test_of_noise_nothing_is_told_beyond_chance():
    loc, labels = _clusters([150, 150], distance=0.0)
    # Whoever has trained on the examples it is asked about would be above 0.5 in all folds.
    assert abs(linear_probe(loc, labels).accuracy - 0.5) < 3 * 0.5 / np.sqrt(300)


def test_the_accuracy_is_that_of_the_best_plane():
    # Two Gaussians at a distance of 2 standard deviations: Phi(1) = 0.8413 are told at best.
    rng = np.random.default_rng(1)
    labels = np.arange(4000) % 2
    loc = rng.normal(size=(4000, 3))
    loc[:, 1] += 2.0 * labels
    assert linear_probe(loc, labels).accuracy == pytest.approx(0.8413, abs=0.02)


def test_neither_scale_nor_shift_of_a_dimension_matters():
    loc, labels = _clusters([40, 40], distance=1.0)
    moved = loc * np.logspace(-6, 6, 6) + 100.0
    assert linear_probe(moved, labels).accuracy == linear_probe(loc, labels).accuracy


def test_the_seed_chooses_the_folds():
    loc, labels = _clusters([50, 50], distance=1.0)
    found = {linear_probe(loc, labels, seed=seed).accuracy for seed in (0, 0, 1, 2, 3, 4)}
    assert linear_probe(loc, labels) == linear_probe(loc, labels) and len(found) > 1


def test_a_label_that_is_rare_is_wrong_and_no_warning(recwarn):
    loc, labels = _clusters([50, 49], distance=20.0)
    result = linear_probe(np.vstack([loc, [[0.0] * 6]]), [*map(str, labels), "once"])
    assert result.accuracy == pytest.approx(0.99) and result.labels == 3
    assert not recwarn.list


def test_it_runs_on_one_thread(monkeypatch):
    # On busy cores more threads take a hundred times as long.
    loc, labels = _clusters([20, 20], distance=1.0)
    predict, threads = sklearn.model_selection.cross_val_predict, []

    def spy(*arguments, **options):
        threads.extend(pool["num_threads"] for pool in threadpoolctl.threadpool_info())
        return predict(*arguments, **options)

    monkeypatch.setattr(sklearn.model_selection, "cross_val_predict", spy)
    linear_probe(loc, labels)
    assert set(threads) == {1}


@pytest.mark.parametrize(
    ("loc", "labels", "options", "message"),
    [
        (np.zeros((3, 2)), ["a"] * 4, {}, r"Received shapes: \(3, 2\) and \(4,\)"),
        (np.zeros(4), ["a"] * 4, {}, r"\(N, latent_dim\)"),
        (np.zeros((4, 2)), np.zeros((4, 1)), {}, r"Received shapes: \(4, 2\) and \(4, 1\)"),
        (np.full((20, 1), np.inf), [0, 1] * 10, {}, "must be finite"),
        (np.full((20, 1), np.nan), [0, 1] * 10, {}, "must be finite"),
        (np.zeros((20, 1)), ["a"] * 20, {}, "two labels 5 times each.*'a' 20 times"),
        (np.zeros((9, 1)), ["a"] * 5 + ["b"] * 4, {}, "'b' 4 times"),
        (np.zeros((0, 1)), [], {}, "Received: none"),
        (np.zeros((20, 1)), [0, 1] * 10, {"folds": 1}, "`folds` must"),
        (np.zeros((20, 1)), [0, 1] * 10, {"seed": -1}, "`seed` must"),
    ],
)
def test_what_cannot_be_probed_is_refused(loc, labels, options, message):
    with pytest.raises(ValueError, match=message):
        linear_probe(loc, labels, **options)


def test_as_many_labels_as_folds_and_two_folds_are_enough():
    loc, labels = np.repeat([[-9.0], [9.0]], 5, axis=0), ["a"] * 5 + ["b"] * 5
    assert linear_probe(loc, labels) == (1.0, 0.5, 2, 10)
    assert linear_probe(loc[3:7], labels[3:7], folds=2) == (1.0, 0.5, 2, 4)

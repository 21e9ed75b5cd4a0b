"""Latents with batch statistics: those of the weights that are measured and kept."""

import numpy as np
import pytest
from copy_task import CopyTask
from training_runs import tiny

from keras_vae_collapse.training import round_trainer, train
from keras_vae_collapse.training.adapted_latent import make_adapt
from keras_vae_collapse.training.build import build
from keras_vae_collapse.training.evaluation import EncodedExamples


def deviations(model, task):
    """Of the posterior means over the training examples, over `gamma`."""
    loc, _ = EncodedExamples(task, model, task.train_examples).posterior()
    np.testing.assert_allclose(loc.mean(axis=0), model.latent.shift, atol=1e-4)
    return loc.std(axis=0) / model.latent.gamma


@pytest.mark.parametrize("slots", [0, 2])
def test_means_of_averaged_weights_keep_their_spread_where_epochs_are_measured_and_at_the_end(
    tmp_path, monkeypatch, slots
):
    task, measured, figures_of = CopyTask(), [], round_trainer.quick_figures

    def quick_figures(encoded, **options):
        measured.append(deviations(encoded.model, task))
        return figures_of(encoded, **options)

    monkeypatch.setattr(round_trainer, "quick_figures", quick_figures)
    recipe = tiny("bn_vae", ema_momentum=0.9, slots=slots, learning_rate=0.02)
    run = train(recipe, task, tmp_path / "run", epochs=2, export=False, verbose=0)
    np.testing.assert_allclose(measured, np.ones_like(measured), rtol=1e-3)
    assert len(measured) == 2
    np.testing.assert_allclose(deviations(run.model, task), 1.0, rtol=1e-3)


def test_where_weights_are_averaged_with_a_teacher_the_statistics_follow():
    task, recipe = CopyTask(), tiny("bn_vae")
    model = build(recipe, task, 0)
    arrays = task.encode(task.train_examples)
    make_adapt(model, arrays, 0)()
    model.latent.loc.kernel.assign(0.5 * model.latent.loc.kernel)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(deviations(model, task), 1.0, rtol=0.1)
    make_adapt(model, arrays, 0)()
    np.testing.assert_allclose(deviations(model, task), 1.0, rtol=1e-3)


def test_a_latent_without_statistics_has_nothing_to_adapt():
    task = CopyTask()
    assert make_adapt(build(tiny("base"), task, 0), task.encode(task.train_examples), 0) is None

"""Which examples and which weights a training measures, keeps and saves."""

import numpy as np
import pytest
from training_runs import tiny
from watched_task import SCORES, Watched

import zoo
from keras_vae_collapse.runs import load_model
from keras_vae_collapse.runs.checkpoint import load_checkpoint, variables_of
from keras_vae_collapse.training import round_trainer, train


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A finished run, its task, and the averages of the weights at each evaluation of an epoch."""
    task, averages, figures_of = Watched(), [], round_trainer.quick_figures

    def quick_figures(encoded, **options):
        optimizer = encoded.model.optimizer
        averages.append([a.numpy() for a in optimizer._model_variables_moving_average])
        return figures_of(encoded, **options)

    recipe = tiny("kl_linear", ema_momentum=0.9, patience=2, clip_norm=0.5)
    # Risen after the first epoch, so that patience counts.
    recipe = zoo.override(recipe, ["rate_term.weight.rate=0.2"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(round_trainer, "quick_figures", quick_figures)
        folder = tmp_path_factory.mktemp("watched") / "run"
        run = train(recipe, task, folder, epochs=9, export=False, verbose=0)
    return run, task, averages


def test_every_figure_is_of_all_development_examples(watched):
    run, task, _ = watched
    assert len(task.asked) > len(SCORES)
    assert all(examples == sorted(task.dev_examples) for examples, _ in task.asked)
    assert run.metrics["dev"]["examples"] == run.metrics["dev"]["count"] == 16


def test_all_training_examples_are_trained_on(watched):
    run, _, _ = watched
    assert run.model.optimizer.iterations == len(SCORES) * 48 // 12


def test_training_ends_after_patience_epochs_without_a_better_development_figure(watched):
    run, _, _ = watched
    assert (run.metrics["best_epoch"], run.metrics["epochs"]) == (2, len(SCORES))


def test_epochs_are_measured_with_averaged_weights(watched):
    run, task, averages = watched
    trainable = [weight.path for weight in run.model.trainable_weights]
    for (_, weights), expected in zip(task.asked, averages, strict=False):
        seen = dict(zip((w.path for w in run.model.weights), weights, strict=True))
        for path, average in zip(trainable, expected, strict=True):
            np.testing.assert_array_equal(seen[path], average, err_msg=path)


def test_the_last_figures_and_the_saved_model_are_of_the_best_weights(watched):
    run, task, _ = watched
    best = task.asked[SCORES.index(max(SCORES))][1]
    loaded = load_model(run.directory.path)
    last = [weights for _, weights in task.asked[len(SCORES) :]]
    for weights in (run.model.get_weights(), loaded.get_weights(), *last):
        for found, expected in zip(weights, best, strict=True):
            np.testing.assert_array_equal(found, expected)
    assert any(np.any(a != b) for a, b in zip(best, task.asked[0][1], strict=True))


def test_the_checkpoint_has_the_step_of_the_schedule(watched):
    run, _, _ = watched
    newest = max(run.directory.checkpoints.glob("epoch-*.npz"))
    paths = [variable.path for variable in variables_of(run.model)]
    saved = dict(zip(paths, load_checkpoint(newest)[0]["variables"], strict=True))
    (step,) = [array for path, array in saved.items() if path.endswith("rate_term/step")]
    assert step == len(SCORES) * 48 // 12


def test_the_optimizer_is_that_of_the_recipe(watched):
    optimizer = watched[0].model.optimizer
    assert optimizer.global_clipnorm == 0.5 and optimizer.ema_momentum == 0.9
    assert float(optimizer.learning_rate) == pytest.approx(0.001)

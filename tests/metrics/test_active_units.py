import keras
import numpy as np
import pytest
import tensorflow as tf
from linear_gaussian import LinearGaussian
from two_replicas import TWO

from keras_vae_collapse.metrics import ActiveUnits, active_units, posterior_mean_variance

RNG = np.random.default_rng(0)
LOC = (RNG.standard_normal((64, 3)) * [1.0, 0.5, 0.01] + [0.0, 5.0, 300.0]).astype("float32")


def after(*batches, **options):
    metric = ActiveUnits(batches[0].shape[1], **options)
    for batch in batches:
        metric.update_state(batch)
    return metric


def test_active_units_of_the_linear_model_have_their_closed_form():
    model = LinearGaussian(norms=[2.0, 1.0, 0.05])
    loc, _ = model.encode(model.x)
    # Sample variance of a Gaussian: standard error sqrt(2 / (N - 1)) of the variance.
    error = np.sqrt(2 / (len(loc) - 1)) * model.mean_variance()
    assert np.all(np.abs(posterior_mean_variance(loc) - model.mean_variance()) < 5 * error)
    assert model.mean_variance()[2] < 0.01 < model.mean_variance()[1]
    assert active_units(loc) == 2
    assert active_units(loc, threshold=0.75) == 1


def test_batches_give_the_variance_of_the_whole_set():
    metric = after(*np.split(LOC, [1, 41]))
    np.testing.assert_allclose(metric.variance(), posterior_mean_variance(LOC), rtol=1e-6)
    assert float(metric.result()) == active_units(LOC) == 2


def test_the_threshold_is_inclusive_and_moves_the_count():
    loc = np.array([[0.0, 0.0], [2.0, 1.0]])  # variances 2 and 0.5
    assert float(after(loc, threshold=0.5).result()) == 2
    assert float(after(loc, threshold=0.51).result()) == 1


def test_by_default_units_of_variance_one_hundredth_are_active():
    loc = np.array([[0.0, 0.0], [0.142, 0.141]])  # variances 0.01008 and 0.00994
    assert active_units(loc) == float(after(loc).result()) == 1
    assert active_units(np.array([[0.0], [2.0]]), threshold=2.0) == 1


def test_examples_of_weight_zero_do_not_count():
    metric = ActiveUnits(3)
    padded = np.concatenate([LOC, 1e3 * np.ones((6, 3), "float32")])
    metric.update_state(padded, sample_weight=np.r_[np.ones(64), np.zeros(6)])
    np.testing.assert_allclose(metric.variance(), posterior_mean_variance(LOC), rtol=1e-6)


def test_no_unit_is_active_before_the_second_input():
    assert float(ActiveUnits(3).result()) == 0
    assert float(after(LOC[:1]).result()) == 0


def test_config_round_trip_reset_and_graph():
    metric = after(LOC, threshold=0.2, name="au")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    assert again.get_config() == metric.get_config()
    tf.function(again.update_state)(LOC)
    np.testing.assert_allclose(again.variance(), metric.variance(), rtol=1e-5)
    metric.reset_state()
    assert not np.any(metric.variance())


def test_two_replicas_give_the_result_of_one():
    with TWO.scope():
        metric = ActiveUnits(3)
    run = tf.function(lambda batch: TWO.run(metric.update_state, args=(batch,)))
    for batch in TWO.experimental_distribute_dataset(
        tf.data.Dataset.from_tensor_slices(LOC).batch(16)
    ):
        run(batch)
    np.testing.assert_allclose(metric.variance(), after(LOC).variance(), rtol=1e-9)


@pytest.mark.parametrize(
    ("name", "options"),
    [("latent_dim", {"latent_dim": 0}), *[("threshold", {"threshold": x}) for x in (0.0, -1.0)]],
)
def test_bad_options_are_refused(name, options):
    with pytest.raises(ValueError, match=f"`{name}` must be .*Received: {name}="):
        ActiveUnits(**{"latent_dim": 3, **options})


def test_one_dimension_and_few_examples_are_enough():
    loc = np.array([[0.0], [2.0], [4.0]])  # a variance of 4
    metric = after(loc, threshold=4.0)
    assert float(metric.result()) == 1 and metric.variance().numpy().tolist() == [4.0]
    assert {v.dtype for v in metric.variables} == {"float64"}
    assert float(after(loc[:2], threshold=2.0).result()) == 1
    assert float(after(loc[:2], threshold=2.001).result()) == 0

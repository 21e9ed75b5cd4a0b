import keras
import numpy as np
import pytest
import tensorflow as tf
from two_replicas import ONE, TWO

from keras_vae_collapse.core.replicas import global_batch_mean, replica_mean
from keras_vae_collapse.distribute import multiworker
from keras_vae_collapse.distribute import strategy as distribution
from keras_vae_collapse.distribute.multiworker import fit_remedy
from keras_vae_collapse.distribute.replica_adam import ReplicaAdam
from keras_vae_collapse.distribute.strategy import make_strategy

# Two GPUs that are not there; what becomes of them is recorded, not run.
GPUS = ["GPU:0", "GPU:1"]


def per_replica(*rows):
    """A value with these rows on the first and the second replica."""
    rows = [np.array(part, "float32").reshape(-1, 1) for part in rows]
    return TWO.experimental_distribute_values_from_function(
        lambda context: tf.constant(rows[context.replica_id_in_sync_group])
    )


def results(function, *values):
    return TWO.experimental_local_results(TWO.run(function, args=values))


@pytest.mark.parametrize(
    "rows", [([1, 2], [3, 6]), ([1, 2, 9], [4]), ([1, 2], []), ([], [5])], ids=str
)
def test_mean_over_replicas_is_that_of_the_global_batch(rows):
    expected = np.mean([*rows[0], *rows[1]])
    for value in results(global_batch_mean, per_replica(*rows)):
        np.testing.assert_allclose(value, [expected], rtol=1e-6)


@pytest.mark.parametrize("rows", [([1, 2], [3, 6]), ([1, 2, 9], [4]), ([1, 2], [])], ids=str)
def test_gradients_divided_by_the_replicas_and_summed_are_those_of_the_global_batch(rows):
    @tf.function
    def gradient(values):
        factor = tf.constant(3.0)
        with tf.GradientTape() as tape:
            tape.watch(factor)
            # Not linear in the mean, as a floor on the rate is not.
            loss = tf.square(global_batch_mean(factor * values)) / TWO.num_replicas_in_sync
        return tape.gradient(loss, factor)

    mean = np.mean([*rows[0], *rows[1]])
    total = sum(results(gradient, per_replica(*rows)))
    assert float(total) == pytest.approx(2 * 3.0 * mean**2, rel=1e-5)


def test_the_same_devices_give_the_same_strategy():
    assert make_strategy("mirrored", logical_cpus=2) is TWO


def test_without_replicas_the_mean_is_over_the_first_axis():
    values = np.arange(6, dtype="float32").reshape(3, 2)
    np.testing.assert_array_equal(global_batch_mean(values), [2.0, 3.0])
    assert float(replica_mean(tf.constant(3.0))) == 3.0


def test_replica_mean_gives_every_replica_the_mean():
    def value():
        context = tf.distribute.get_replica_context()
        return replica_mean(tf.cast(context.replica_id_in_sync_group, tf.float32))

    assert [float(v) for v in results(value)] == [0.5, 0.5]


def test_an_unknown_strategy_is_refused():
    with pytest.raises(ValueError, match="`strategy` must be one of 'auto', 'single'"):
        make_strategy("parameter_server")


def test_multiworker_needs_a_cluster(monkeypatch):
    for name in ("TF_CONFIG", "SLURM_STEP_NODELIST"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match="needs TF_CONFIG in the environment, or a Slurm job"):
        make_strategy("multiworker")


def test_the_cpu_cannot_be_divided_after_the_start():
    tf.config.list_logical_devices()
    with pytest.raises(ValueError, match="`logical_cpus` must be set before TensorFlow starts"):
        make_strategy("mirrored", logical_cpus=17)


@pytest.mark.parametrize("count", [-1, 1.5, True])
def test_a_number_of_cpus_must_be_one(count):
    with pytest.raises(ValueError, match="`logical_cpus` must be an integer of at least 0"):
        make_strategy("mirrored", logical_cpus=count)


@pytest.mark.parametrize(
    ("name", "gpus", "mirrored"),
    [
        ("auto", [], False),
        ("auto", GPUS[:1], False),
        ("auto", GPUS, True),
        ("single", GPUS, False),
        ("mirrored", GPUS, True),
        ("mirrored", [], True),
    ],
)
def test_all_gpus_are_taken_where_asked(name, gpus, mirrored, monkeypatch):
    monkeypatch.setattr(
        distribution.tf.config, "list_physical_devices", lambda kind=None: gpus if kind else []
    )
    monkeypatch.setattr(distribution, "_mirrored_strategy", lambda devices: "all")
    assert (make_strategy(name) == "all") == mirrored


@pytest.mark.parametrize(
    ("nodes", "tasks", "expected"),
    [
        ("node[1-2]", "2,1", ["node1:12042", "node1:12043", "node2:12042"]),
        # In the order of Slurm, not of the alphabet: ranks count along it.
        ("node[2,9-10]", "1(x3)", ["node2:12042", "node9:12042", "node10:12042"]),
        ("localhost", "3", ["localhost:12042", "localhost:12043", "localhost:12044"]),
    ],
)
def test_a_slurm_job_step_gives_the_cluster(nodes, tasks, expected, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    step = {
        "PROCID": "2",
        "JOB_ID": "20042",
        "STEP_NUM_TASKS": "3",
        "STEP_NODELIST": nodes,
        "STEP_TASKS_PER_NODE": tasks,
    }
    for name, value in step.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    resolvers = []
    monkeypatch.setattr(multiworker.tf.distribute, "MultiWorkerMirroredStrategy", resolvers.append)
    make_strategy("multiworker")
    (resolver,) = resolvers
    assert resolver.cluster_spec().as_dict() == {"worker": expected}
    assert (resolver.task_type, resolver.task_id) == ("worker", 2)
    assert resolver.num_accelerators() == {"GPU": 0}


def test_an_incomplete_slurm_job_step_is_refused(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.setenv("SLURM_STEP_NODELIST", "node1")
    monkeypatch.setenv("SLURM_PROCID", "0")
    monkeypatch.delenv("SLURM_STEP_NUM_TASKS", raising=False)
    with pytest.raises(ValueError, match="SLURM_STEP_NUM_TASKS.* not set"):
        make_strategy("multiworker")


def linear_model(strategy, optimizer, use_ema=True):
    """The weights of a linear model after three steps that are clipped."""
    # The halves of a batch, which go to the two replicas, have gradients of unlike size.
    x = np.random.default_rng(0).normal(size=(24, 3)).astype("float32")
    x[::8] *= 10.0
    y = x @ np.array([[3.0], [-2.0], [1.0]], "float32")
    keras.utils.set_random_seed(0)
    with strategy.scope():
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        options = {"global_clipnorm": 2.0, "use_ema": use_ema, "ema_momentum": 0.5}
        model.compile(optimizer(0.1, **options), "mse")
    with fit_remedy(model):
        model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    return [weight.numpy() for weight in model.weights]


def test_clipping_does_not_depend_on_the_number_of_replicas():
    one, two = (linear_model(strategy, ReplicaAdam) for strategy in (ONE, TWO))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_on_one_device_it_is_the_optimizer_of_keras():
    ours, theirs = (
        linear_model(ONE, o, use_ema=False) for o in (ReplicaAdam, keras.optimizers.Adam)
    )
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_clipping_by_keras_does_depend_on_it_so_that_our_optimizer_is_needed():
    one, two = (linear_model(strategy, keras.optimizers.Adam) for strategy in (ONE, TWO))
    assert np.abs(one[0] - two[0]).max() > 1e-3

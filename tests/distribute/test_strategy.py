import pytest
import tensorflow as tf
from two_replicas import TWO

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.distribute import make_strategy, strategy
from keras_vae_collapse.distribute.multiworker import (
    WorkerLost,
    is_multiworker,
    naming_lost_workers,
)

# Two GPUs that are not there; what becomes of them is recorded, not run.
GPUS = ["GPU:0", "GPU:1"]


def test_the_same_devices_give_the_same_strategy():
    assert make_strategy("mirrored", logical_cpus=2) is TWO


def test_so_many_cpus_are_so_many_devices(monkeypatch):
    monkeypatch.setattr(strategy, "mirrored_strategy", lambda devices: devices)
    assert make_strategy("mirrored", logical_cpus=2) == ("CPU:0", "CPU:1")


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
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: gpus if kind else [])
    monkeypatch.setattr(strategy, "mirrored_strategy", lambda devices: "all")
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
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", resolvers.append)
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


@pytest.mark.parametrize(("gpus", "cpus"), [([], 0), ([], 1), (GPUS, 2), (GPUS[:1], 3)])
def test_a_cpu_is_divided_only_where_there_is_no_gpu(gpus, cpus, monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: gpus)
    monkeypatch.setattr(strategy, "mirrored_strategy", lambda devices: ("all", devices))
    assert make_strategy("mirrored", logical_cpus=cpus) == ("all", None)


def test_the_cluster_of_tf_config_comes_before_that_of_slurm(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", "{}")
    monkeypatch.setenv("SLURM_STEP_NODELIST", "node1")
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", lambda *given: given)
    assert make_strategy("multiworker") == ()


LOST = (
    tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
)  # fmt: skip


@pytest.mark.parametrize("error", LOST)
def test_a_broken_cluster_is_another_worker_that_is_lost(error):
    with pytest.raises(WorkerLost, match="with --resume to go on.*\n.*connection reset") as caught:
        with naming_lost_workers():
            raise error(None, None, "connection reset")
    assert isinstance(caught.value, RunError) and isinstance(caught.value.__cause__, error)


def test_other_errors_are_those_of_the_training():
    with pytest.raises(tf.errors.InvalidArgumentError), naming_lost_workers():
        raise tf.errors.InvalidArgumentError(None, None, "a shape")
    with naming_lost_workers():
        pass


def test_one_process_of_several_replicas_is_no_cluster():
    assert not is_multiworker(TWO) and not is_multiworker(tf.distribute.get_strategy())

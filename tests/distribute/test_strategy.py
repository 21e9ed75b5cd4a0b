import pytest
import tensorflow as tf
from two_replicas import TWO

from keras_vae_collapse.distribute import make_strategy, strategy

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

"""The cluster that a Slurm job step describes."""

import os

import tensorflow as tf

# Below the ports that systems give to outgoing connections (from 32768 on Linux).
_FIRST_PORT, _PORTS = 12000, 20000

_NEEDED = (
    "SLURM_PROCID",
    "SLURM_STEP_NUM_TASKS",
    "SLURM_STEP_NODELIST",
    "SLURM_STEP_TASKS_PER_NODE",
)


def slurm_cluster_resolver():
    """A cluster resolver for the tasks of the Slurm job step (`srun`) that this process is in.

    Task `i` of a node listens on a port that follows from the number of the job, so that jobs
    that share a node do not meet. Each task takes all GPUs that it sees: run one task a node, or
    have Slurm bind GPUs to tasks (`--gpus-per-task`). Ranks must be distributed in blocks, as
    they are by default.

    TensorFlow's `SlurmClusterResolver` serves to read the environment only: it finds no tasks
    where there are no GPUs, and sorts hosts by name, so that `node10` stands before `node2` and
    ranks are sought on the wrong hosts.

    Raises:
        ValueError: the environment of a job step is incomplete.
    """
    missing = [name for name in _NEEDED if name not in os.environ]
    if missing:
        raise ValueError(f"this is no complete Slurm job step: {', '.join(missing)} not set")
    rank, tasks = int(os.environ["SLURM_PROCID"]), int(os.environ["SLURM_STEP_NUM_TASKS"])
    slurm = tf.distribute.cluster_resolver.SlurmClusterResolver(
        # One imagined GPU for each task, which satisfies its checks.
        gpus_per_node=tasks,
        gpus_per_task=1,
        auto_set_gpu=False,
    )
    port = _FIRST_PORT + int(os.environ.get("SLURM_JOB_ID", 0)) % _PORTS
    addresses = [
        f"{host}:{port + local}"
        for host, count in slurm._task_configuration.items()
        for local in range(count)
    ]
    return tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": addresses}),
        task_type="worker",
        task_id=rank,
        num_accelerators={"GPU": len(tf.config.list_physical_devices("GPU"))},
        rpc_layer="grpc",
    )

import json
import pathlib
import re
import socket
import time

import numpy as np
import pytest
from training_runs import differences, finish, left_by, start, train_arguments, write_data

# What a worker may take to notice that another is gone: TensorFlow's heartbeats time out after
# 10 seconds; the rest is the end of the process on a busy machine.
PATIENCE = 90

# As in `test_replicas`, where it is derived, for twelve steps.
WEIGHT_TOLERANCE = 3e-6

PROGRAM = "tests/multiworker_program.py"

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


def free_addresses(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    addresses = [f"127.0.0.1:{s.getsockname()[1]}" for s in sockets]
    for s in sockets:
        s.close()
    return addresses


def start_cluster(program, *arguments):
    """Starts a worker of a new cluster for each list of arguments."""
    cluster = {"worker": free_addresses(len(arguments))}
    return [
        start(
            program,
            *own,
            TF_CONFIG=json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}}),
        )
        for index, own in enumerate(arguments)
    ]


def outcome(processes):
    """The `(exit code, output)` of all workers; none is left running."""
    try:
        return [finish(process) for process in processes]
    finally:
        for process in processes:
            process.kill()


def train_cluster(*arguments):
    return start_cluster("train.py", *arguments)


def cluster_arguments(data, folder, workers, **flags):
    """`train.py` arguments of all workers, each with an output folder of its own."""
    return [
        train_arguments(data, folder / f"worker{index}", strategy="multiworker", **flags)
        for index in range(workers)
    ]


@pytest.mark.parametrize(("workers", "batch_size"), [(2, 12), (3, 10)])
def test_a_cluster_trains_like_one_process(workers, batch_size, data, tmp_path):
    def arguments(name):
        settings = [f"batch_size={batch_size}"]
        return [data, tmp_path / name, tmp_path / f"{name}.npz", *settings]

    names = [f"worker{index}" for index in range(workers)]
    cluster = outcome(start_cluster(PROGRAM, *(arguments(name) for name in names)))
    alone = finish(start(PROGRAM, *arguments("alone")))
    for code, output in [*cluster, alone]:
        assert code == 0, output[-3000:]

    def weights(name):
        with np.load(tmp_path / f"{name}.npz") as file:
            return [file[key] for key in file.files]

    for name in names:
        for expected, first, own in zip(
            weights("alone"), weights(names[0]), weights(name), strict=True
        ):
            np.testing.assert_array_equal(own, first)
            np.testing.assert_allclose(own, expected, rtol=0, atol=WEIGHT_TOLERANCE)
    chief, single = (
        json.loads((tmp_path / name / "metrics.json").read_text())["dev"]
        for name in (names[0], "alone")
    )
    assert chief["accuracy"] == single["accuracy"]
    assert chief["distortion_nats"] == pytest.approx(single["distortion_nats"], rel=1e-5)
    # The chief's folder is complete, and nobody else writes.
    assert {path.name for path in (tmp_path / names[0]).iterdir()} == {
        path.name for path in (tmp_path / "alone").iterdir()
    }
    assert not any((tmp_path / name).exists() for name in names[1:])


RUN = {"recipe": "char_dropout_mdr", "epochs": 10, "set": {"ema_momentum": 0.9, "patience": 50}}


@pytest.fixture(scope="module")
def uninterrupted(data, tmp_path_factory):
    """What a cluster of two leaves that was never stopped."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    for code, output in outcome(train_cluster(*cluster_arguments(data, folder, 2, **RUN))):
        assert code == 0, output[-3000:]
    return left_by(folder / "worker0")


@pytest.mark.parametrize("victim", [1, 0], ids=["worker", "chief"])
def test_a_killed_worker_ends_the_others_and_the_restarted_cluster_resumes(
    victim, data, uninterrupted, tmp_path
):
    arguments = cluster_arguments(data, tmp_path, 2, resume=True, **RUN)
    processes = train_cluster(*arguments)
    checkpoints = tmp_path / "worker0" / "checkpoints"
    while not list(checkpoints.glob("epoch-00002*")):
        assert all(process.poll() is None for process in processes)
        time.sleep(0.01)
    processes[victim].kill()
    killed = time.monotonic()
    code, output = finish(processes[1 - victim], timeout=PATIENCE)
    assert time.monotonic() - killed < PATIENCE
    assert code == 1, output[-3000:]
    assert "kvc-train: lost another worker of the cluster" in output
    assert "--resume" in output and "Traceback" not in output
    processes[victim].communicate()
    for code, output in outcome(train_cluster(*arguments)):
        assert code == 0, output[-3000:]
    assert differences(uninterrupted, left_by(tmp_path / "worker0")) == []
    assert not pathlib.Path(tmp_path / "worker1").exists()


def test_the_chiefs_error_and_another_recipe_are_told_to_all(data, tmp_path):
    taken, other = cluster_arguments(data, tmp_path, 2, **RUN)
    (tmp_path / "worker0").mkdir()
    (tmp_path / "worker0" / "config.json").write_text("{}")
    for second, expected in (
        (other, ("already holds a run", "the chief stopped: RunError: .* already holds a run")),
        ([*other, "--set=latent_dim=5"], ("lost another worker", "other recipe than the chief")),
    ):
        ended = outcome(train_cluster(taken, second))
        for (code, output), message in zip(ended, expected, strict=True):
            assert code == 1 and "Traceback" not in output
            assert re.search(message, output), output[-3000:]


def test_all_workers_learn_from_the_pairs_of_the_chiefs_teacher(data, tmp_path):
    run = {
        "recipe": "best", "epochs": 2,
        "set": {
            "slots": 2, "learning_rate": 0.01, "rate_nats": 8, "rounds.examples.labels": 4,
            "rounds.teachers": 1, "rounds.teacher_epochs": 2, "epoch_steps": 80,
        },
    }  # fmt: skip
    for code, output in outcome(train_cluster(*cluster_arguments(data, tmp_path, 2, **run))):
        assert code == 0, output[-3000:]
    chief = tmp_path / "worker0"
    pairs = (chief / "round-1" / "further-examples.tsv").read_text(encoding="utf-8").splitlines()
    record = json.loads((chief / "metrics.json").read_text(encoding="utf-8"))["teacher"]
    assert record["pairs"] == len(pairs) > 0 and record["epochs"] == 2
    assert not (tmp_path / "worker1").exists()

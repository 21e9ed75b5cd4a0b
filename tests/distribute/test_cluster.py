import threading
import types

import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.distribute import cluster as cluster_module
from keras_vae_collapse.distribute.cluster import Cluster


class Worker(Cluster):
    """One of several workers in threads, which add up arrays as those of a strategy do."""

    def __init__(self, is_chief, meeting, table):
        self._strategy = "threads"
        self.is_chief, self._meeting, self._table = is_chief, meeting, table

    def _sum(self, array):
        self._meeting.wait()
        self._table[threading.get_ident()] = array
        self._meeting.wait()
        with np.errstate(over="ignore"):
            return np.sum(list(self._table.values()), axis=0, dtype=array.dtype)


def together(function, workers=3):
    """What `function(worker)` returns or raises on the chief and on the others."""
    meeting, table, results = threading.Barrier(workers, timeout=30), {}, [None] * workers

    def run(index):
        try:
            results[index] = function(Worker(index == 0, meeting, table))
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_process_alone_is_chief_and_just_calls():
    cluster = Cluster(tf.distribute.get_strategy())
    assert cluster.is_chief and cluster.is_alone
    marker = object()
    assert cluster.from_chief(lambda: marker) is marker
    assert cluster.bytes_from_chief(b"x") == b"x"
    cluster.check_agreement({"seed": 1})


def test_the_arrays_of_the_workers_are_added_up():
    cluster, asked = Cluster(tf.distribute.get_strategy()), []
    cluster._strategy = types.SimpleNamespace(
        reduce=lambda reduction, value, axis: asked.append((reduction, axis)) or 3 * value
    )
    assert cluster._sum(np.array([1, 2], "int32")).tolist() == [3, 6]
    assert asked == [("SUM", None)]


@pytest.mark.parametrize(
    ("jobs", "task", "is_chief"),
    [
        ({"worker": 2}, ("worker", 0), True),
        ({"worker": 2}, ("worker", 1), False),
        ({"chief": 1, "worker": 2}, ("chief", 0), True),
        ({"chief": 1, "worker": 2}, ("worker", 0), False),
    ],
)
def test_the_chief_is_the_task_of_that_name_or_else_the_first(monkeypatch, jobs, task, is_chief):
    spec = {name: [f"{name}{i}:1" for i in range(count)] for name, count in jobs.items()}
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec(spec), task_type=task[0], task_id=task[1]
    )
    monkeypatch.setattr(cluster_module, "is_multiworker", lambda strategy: True)
    cluster = Cluster(types.SimpleNamespace(cluster_resolver=resolver))
    assert cluster.is_chief == is_chief and not cluster.is_alone


VALUE = {"text": "ğ漢", "number": 0.1 + 0.2, "tiny": 5e-324, "none": None, "list": [1, [True]]}


def test_all_workers_get_the_value_of_the_chief_who_alone_calls():
    calls = []

    def value(worker):
        calls.append(worker.is_chief)
        return {**VALUE, "numpy": [np.int64(3), np.float32(0.5)]}

    assert together(lambda w: w.from_chief(lambda: value(w))) == [{**VALUE, "numpy": [3, 0.5]}] * 3
    assert calls == [True]


@pytest.mark.parametrize("length", [0, 1, 3, 4, 5, 1001])
def test_bytes_arrive_whatever_they_are(length):
    data = np.random.default_rng(length).integers(0, 256, length, "uint8").tobytes()
    # Words that as floats would be -0 and signalling NaNs.
    data += bytes([0, 0, 0, 0x80, 1, 0, 0xA0, 0x7F, 0xFF])
    assert together(lambda w: w.bytes_from_chief(data if w.is_chief else b"")) == [data] * 3


def test_an_error_of_the_chief_is_raised_on_all():
    def fail():
        raise FileNotFoundError("no data there")

    chief, *others = together(lambda w: w.from_chief(fail))
    assert isinstance(chief, FileNotFoundError)
    for error in others:
        assert isinstance(error, RunError)
        assert str(error) == "the chief stopped: FileNotFoundError: no data there"


def test_disagreement_names_what_differs_and_what_is_equal_as_json_agrees():
    def check(worker):
        value = {"a": (1, 2)} if worker.is_chief else {"a": [1, 2]}
        worker.check_agreement({"seed": 0 if worker.is_chief else 1, "recipe": value})

    chief, *others = together(check)
    assert chief is None
    for error in others:
        assert isinstance(error, RunError)
        assert "other seed than the chief: 1 where the chief has 0" in str(error)

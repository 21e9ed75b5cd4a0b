"""Trainings side by side: processes and a Ray cluster that are made up."""

import sys
import types

import pytest

from zoo import runners

OPTIONS = {"command": ["-m", "zoo.compare"], "max_minutes": 9.0}


@pytest.fixture
def processes(monkeypatch):
    """The processes in the order in which they start; those of `ended` end with their codes."""

    class Process:
        def __init__(self, target, args):
            assert target is runners.run_child
            self.folder, self.did = args[0], []
            self.sentinel = self.folder
            made.append(self)

        def start(self):
            self.did.append("start")

        def join(self, timeout=None):
            self.did.append("join")
            self.exitcode = codes.get(self.folder)

        def terminate(self):
            self.did.append("terminate")

        def kill(self):
            self.did.append("kill")

    def wait(sentinels):
        at_once.append(list(sentinels))
        return sentinels[-1:]  # the last one ends first

    made, codes, at_once = [], {"a": 0, "b": 1, "c": -9}, []
    context = types.SimpleNamespace(Process=Process)
    monkeypatch.setattr(runners.multiprocessing, "get_context", lambda kind: context)
    monkeypatch.setattr(runners.connection, "wait", wait)
    return types.SimpleNamespace(made=made, at_once=at_once)


def test_no_more_run_at_a_time_than_asked_for_and_failures_stop_nothing(processes):
    waiting = [(name, "run") for name in "abc"]
    assert list(runners.run_here(waiting, OPTIONS, 2)) == [
        ("b", "failed, see its failure.txt"),
        ("c", "ended with exit code -9"),
        ("a", None),
    ]
    assert processes.at_once == [["a", "b"], ["a", "c"], ["a"]]
    assert [process.folder for process in processes.made] == ["a", "b", "c"]
    assert all(process.did == ["start", "join"] for process in processes.made)
    assert len(waiting) == 3  # the caller's list stays as it is


def test_who_stops_ends_those_that_still_run(processes):
    jobs = runners.run_here([(name, "run") for name in "abc"], OPTIONS, 2)
    assert next(jobs)[0] == "b"
    jobs.close()
    (still,) = [process for process in processes.made if process.folder == "a"]
    assert still.did == ["start", "terminate", "join", "kill"]
    assert [process.folder for process in processes.made] == ["a", "b"]


def test_a_machine_that_does_not_tell_its_cores_has_one(processes, monkeypatch):
    asked = []
    monkeypatch.setattr(runners.os, "cpu_count", lambda: None)
    make = runners.multiprocessing.get_context("spawn").Process

    def process(target, args):
        asked.append(args[2]["cores"])
        return make(target, args)

    context = types.SimpleNamespace(Process=process)
    monkeypatch.setattr(runners.multiprocessing, "get_context", lambda kind: context)
    assert list(runners.run_here([("a", "run")], OPTIONS, 1)) == [("a", None)]
    assert asked == [1]


def test_on_ray_each_run_has_a_core_and_a_failure_is_that_of_the_run(monkeypatch):
    class TaskError(Exception):
        cause = RuntimeError("no data there")

    def remote(**resources):
        assert resources == {"num_cpus": 1, "max_calls": 1}  # memory ends with a run
        return lambda job: types.SimpleNamespace(
            remote=lambda *given: submitted.append(given) or given[0]
        )

    def get(reference):
        if reference == "b":
            raise TaskError

    submitted, begun = [], []
    ray = types.SimpleNamespace(
        init=lambda **options: begun.append(options),
        remote=remote,
        wait=lambda references, num_returns: (references[:num_returns], references[num_returns:]),
        get=get,
        exceptions=types.SimpleNamespace(RayTaskError=TaskError),
    )
    monkeypatch.setitem(sys.modules, "ray", ray)
    found = list(runners.run_on_ray([("a", "run"), ("b", "run")], OPTIONS, 7))
    assert found == [("a", None), ("b", "no data there")]
    assert submitted == [(name, "run", {**OPTIONS, "cores": 1}) for name in "ab"]
    # A second comparison in one process is no error.
    assert len(begun) == 1 and begun[0]["ignore_reinit_error"]


def test_without_ray_one_line_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RuntimeError, match=r"--ray needs Ray: pip install 'keras-vae-collapse\[cl"):
        next(runners.run_on_ray([], OPTIONS, 1))

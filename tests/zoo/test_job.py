"""What one training of a plan is told, and what it leaves beside the run."""

import dataclasses
import signal
import types

import pytest
from copy_task import CopyTask

import zoo
from keras_vae_collapse.core.files import write_json
from keras_vae_collapse.training.held_out import hold_out
from zoo import job, runners
from zoo.job import RIGHT, is_done, run_job
from zoo.plan import planned_runs

OPTIONS = {"command": ["-m", "zoo.compare"], "max_minutes": 9.0, "cores": 3}


@pytest.fixture
def trained(monkeypatch):
    """`trained(run, folder)`: what `prepare_process`, the task and `train` are asked."""
    asked = {}

    def train(recipe, task, folder, **options):
        asked.update(recipe=recipe, folder=folder, options=options)
        folder.mkdir()
        _, apart = hold_out(task, options["held_out"])
        outputs = ["wrong", *(task.gold(example) for example in apart[1:])]
        lines = [f"a\u2028b\x85c\t{output}\n" for output in outputs]
        (folder / "predictions-held_out.tsv").write_text("".join(lines))

    def made(recipe, *given):
        asked["data"] = given
        return CopyTask()

    place = "keras_vae_collapse."
    monkeypatch.setattr(place + "training.train", train)
    monkeypatch.setattr(place + "tasks.registry.reinflection_task", made)
    monkeypatch.setattr(place + "tasks.registry.text_task", made)
    monkeypatch.setattr(
        place + "training.process.prepare_process", lambda cores: asked.update(cores=cores)
    )

    def make(run, folder):
        run_job(folder, run, OPTIONS)
        return asked

    return make


def planned(**plan):
    return planned_runs({**plan, "parts": [{"recipes": ["mdr"], "seeds": [4]}]})[0]


def test_all_of_the_plan_reaches_the_training(trained, tmp_path):
    run = planned(
        data="d", dev="f", language="l", task="3", added_tasks=[1], epochs=6, held_out=0.5
    )
    asked = trained(run, tmp_path / "run")
    assert (asked["recipe"], asked["folder"]) == (run.recipe, tmp_path / "run")
    assert asked["data"] == ("d", "l", 3, [1], "f") and asked["cores"] == 3
    assert asked["options"] == {
        "epochs": 6, "seed": 4, "held_out": 0.5, "max_minutes": 9.0, "resume": True,
        "command": OPTIONS["command"], "verbose": 0, "finish_interrupted": False, "export": False,
    }  # fmt: skip
    assert (tmp_path / "run" / RIGHT).read_text() == "0" + 11 * "1"


def test_sentences_have_a_task_of_their_own_and_without_a_share_none_is_held_out(trained, tmp_path):
    asked = trained(planned(data="d", dev="f", task="text"), tmp_path / "run")
    assert asked["data"] == ("d", "f") and asked["options"]["held_out"] == 0.0
    assert not (tmp_path / "run" / RIGHT).exists()


@pytest.mark.parametrize(("workers", "cores"), [(1, 8), (2, 4), (20, 1)])
def test_workers_share_the_cores(monkeypatch, workers, cores):
    asked = []

    class Begun(Exception):
        pass

    def process(target, args):
        asked.append((target, args))
        raise Begun

    class Context:
        Process = staticmethod(process)

    monkeypatch.setattr(runners.os, "cpu_count", lambda: 8)
    monkeypatch.setattr(runners.multiprocessing, "get_context", lambda kind: Context)
    with pytest.raises(Begun):
        list(runners.run_here([("folder", "run")], OPTIONS, workers))
    assert asked == [(runners.run_child, ("folder", "run", {**OPTIONS, "cores": cores}))]


class Process:
    """Stands for a process; `code` is that with which it ends, `None` before it is awaited."""

    def __init__(self, code, interrupted=False):
        self.code, self.interrupted = code, interrupted
        self.exitcode, self.did = None, []

    def __getattr__(self, name):
        def call(*given):
            self.did.append(name)
            if name == "join":
                if self.interrupted and self.did.count("join") == 1:
                    raise KeyboardInterrupt
                self.exitcode = self.code

        return call


@pytest.mark.parametrize("code", [0, 1, -9])
def test_a_run_apart_is_awaited_and_its_failure_raised(monkeypatch, code):
    process = Process(code)
    context = types.SimpleNamespace(Process=lambda target, args: process)
    monkeypatch.setattr(job.multiprocessing, "get_context", lambda kind: context)
    if code:
        with pytest.raises(RuntimeError, match=f"the run in here ended with exit code {code}"):
            job.run_apart("here", None, OPTIONS)
    else:
        job.run_apart("here", None, OPTIONS)
    assert process.did == ["start", "join"]


def test_a_run_apart_ends_with_the_one_who_waits(monkeypatch):
    process = Process(0, interrupted=True)
    context = types.SimpleNamespace(Process=lambda target, args: process)
    monkeypatch.setattr(job.multiprocessing, "get_context", lambda kind: context)
    with pytest.raises(KeyboardInterrupt):
        job.run_apart("here", None, OPTIONS)
    assert process.did == ["start", "join", "terminate", "join", "kill"]


def test_a_run_of_the_same_epochs_and_part_held_out_is_done(tmp_path):
    recipe = zoo.recipe("mdr")
    assert not is_done(tmp_path, recipe, 3, 0.5)
    write_json(tmp_path / "metrics.json", {})
    config = {"recipe": recipe.to_config(), "epochs": 3, "held_out": 0.5}
    write_json(tmp_path / "config.json", config)
    assert is_done(tmp_path, recipe, 3, 0.5)
    for epochs, share in ((None, 0.5), (3, 0.0), (3, 0.25)):
        with pytest.raises(ValueError, match="made with other settings"):
            is_done(tmp_path, recipe, epochs, share)


@pytest.fixture
def child(monkeypatch, tmp_path):
    """`child(job)`: the exit code of a process that does a job, and what it does about signals."""
    asked = []
    monkeypatch.setattr(job.signal, "signal", lambda *given: asked.append(given))

    def run(work):
        monkeypatch.setattr(job, "run_job", work)
        try:
            job.run_child(tmp_path / "runs" / "one", "run", OPTIONS)
        except SystemExit as error:
            return error.code, asked
        return 0, asked

    return run


def test_a_failure_is_kept_in_the_folder_until_the_run_succeeds(child, tmp_path):
    record, given = tmp_path / "runs" / "one" / "failure.txt", []

    def fail(folder, run, options):
        given.append((folder, run, options))
        raise ValueError("no such data")

    code, signals = child(fail)
    assert code == 1 and given == [(tmp_path / "runs" / "one", "run", OPTIONS)]
    text = record.read_text()
    assert text.startswith("Traceback") and text.endswith("ValueError: no such data\n")
    # Ctrl-C reaches all processes; the one that waits ends the others.
    assert signals == [(signal.SIGINT, signal.SIG_IGN)]
    assert child(fail)[0] == 1 and record.exists()  # again, in a folder that is there
    assert child(lambda *given: None)[0] == 0 and not record.exists()


def test_an_interrupted_child_has_failed_at_nothing(child, tmp_path):
    def interrupted(*given):
        raise KeyboardInterrupt

    assert child(interrupted)[0] == 130
    assert not (tmp_path / "runs" / "one" / "failure.txt").exists()


def test_a_plan_that_says_nothing_of_cores_and_parts_held_out_has_two_and_none(
    trained, tmp_path, monkeypatch
):
    monkeypatch.delitem(OPTIONS, "cores")
    monkeypatch.delitem(OPTIONS, "max_minutes")
    run = planned(data="d")
    data = {name: value for name, value in run.data.items() if name != "held_out"}
    asked = trained(dataclasses.replace(run, data=data), tmp_path / "run")
    assert asked["cores"] == 2 and asked["options"]["held_out"] == 0.0
    assert asked["options"]["max_minutes"] is None
    assert not (tmp_path / "run" / RIGHT).exists()

import importlib.util
import json
import pathlib

import pytest
import tensorflow as tf
from small_export import small_export

PATH = pathlib.Path(__file__).resolve().parents[1] / "benchmarks" / "serve_load.py"


@pytest.fixture(scope="module")
def serve_load():
    spec = importlib.util.spec_from_file_location("serve_load", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    return small_export(tmp_path_factory.mktemp("export"))[1]


@pytest.mark.slow
def test_eight_threads_get_the_answers_of_one_and_memory_stays(serve_load, export, tmp_path):
    figures = tmp_path / "figures.json"
    code = serve_load.main(
        [f"--export={export}", "--words=20000", "--seconds=10", f"--json={figures}"]
    )
    figures = json.loads(figures.read_text())
    assert code == 0 and figures["problems"] == []
    assert figures["words"] >= 20_000 and figures["seconds"] >= 10.0


def test_generated_queries_have_many_answers(serve_load, export):
    loaded = tf.saved_model.load(str(export))
    forms, _ = serve_load.ask(loaded.signatures["inflect"], serve_load.make_queries(None, 200))
    assert len(set(forms)) > 20


class Stub:
    """A model that errs after a number of requests."""

    def __init__(self, requests, wrong):
        self.left, self.wrong = requests, wrong
        self.signatures = {"inflect": self.inflect}

    def inflect(self, source, features):
        self.left -= 1
        form = source
        if self.left < 0:
            form = self.wrong(source)
        return {"form": form, "log_probability": tf.zeros(tf.shape(source))}


def fail(source):
    raise RuntimeError("out of order")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda source: source + "x", "under load"),
        (lambda source: tf.roll(source, 1, 0) + "", "under load"),
        (fail, "RuntimeError: out of order"),
    ],
    ids=["another word", "the word of another", "error"],
)
def test_a_wrong_answer_or_an_error_under_load_is_found(serve_load, monkeypatch, wrong, message):
    monkeypatch.setattr(serve_load.tf.saved_model, "load", lambda _: Stub(60, wrong))
    figures = serve_load.run_load("-", serve_load.make_queries(None, 1000), 4, 10**9, 0.2)
    assert figures["problems"] and message in figures["problems"][0]


def test_growing_memory_is_found(serve_load, monkeypatch):
    sizes = iter(range(100, 100_000, 5))
    monkeypatch.setattr(serve_load, "resident_mb", lambda: float(next(sizes)))
    stub = Stub(10**9, None)
    monkeypatch.setattr(serve_load.tf.saved_model, "load", lambda _: stub)
    figures = serve_load.run_load("-", serve_load.make_queries(None, 100), 2, 10, 1.0)
    # 5 MB in each of the intervals after the first fifth.
    assert figures["growth_mb"] > 100.0

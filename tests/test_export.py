"""The exported model in a process that has TensorFlow and nothing of this package."""

import json
import logging
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.export import export_model

SCRIPT = """
import json, resource, sys
import tensorflow as tf

model = tf.saved_model.load(sys.argv[1])
words, features = map(tf.constant, json.loads(sys.argv[2]))
answers = model.inflect(words, features)
default = model.signatures["serving_default"](source=words, features=features)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
many = model.inflect(tf.constant(["evler"] * 10000), tf.constant(["pos=N,num=PL"] * 10000))
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
plural = tf.constant(["pos=N,num=PL"] * 300)
assert "keras_vae_collapse" not in sys.modules

def forms(answer):
    return [form.decode() for form in answer["form"].numpy()]

print(json.dumps({
    "forms": forms(answers),
    "default": forms(default),
    "log_probability": answers["log_probability"].numpy().tolist(),
    "loc": model.encode(words)["loc"].numpy().tolist(),
    "none": len(model.inflect(words[:0], features[:0])["form"]),
    "many": len(set(forms(many))),
    "grown_kilobytes": grown,
    "sample": [forms(model.sample(tf.constant(s), plural)) for s in ([1, 2], [1, 2], [3, 4])],
}))
"""
WORDS = ["evler", "gozde", "", "x", "漢", "e\0e", "ev" * 250]
FEATURES = ["pos=N,case=ABL,num=SG", "pos=N,num=PL", "", "pos=V,tense=PST", "=,=", ",", "nonsense"]


@pytest.fixture(scope="module")
def answers(tiny_run):
    queries = json.dumps([WORDS, FEATURES])
    command = [sys.executable, "-c", SCRIPT, str(tiny_run.directory.export), queries]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_exported_model_gives_the_forms_of_the_model(answers, tiny_run):
    model = tiny_run.model
    n_best = [forms[0] for forms in model.inflect_n_best(WORDS, FEATURES, 1)]
    assert answers["forms"] == answers["default"] == [form for form, _ in n_best]
    np.testing.assert_allclose(answers["log_probability"], [p for _, p in n_best], rtol=1e-3)
    np.testing.assert_allclose(answers["loc"], model.encode(WORDS)[0], rtol=1e-3, atol=1e-4)
    assert answers["none"] == 0


def test_ten_thousand_words_are_answered_in_bounded_memory(answers):
    assert answers["many"] == 1
    assert answers["grown_kilobytes"] < 300_000


def test_the_seed_decides_the_sample(answers):
    first, again, other = answers["sample"]
    assert first == again != other
    # Words of one call differ from chunk to chunk, too.
    assert first[:44] != first[256:300]


def test_an_export_says_nothing(tmp_path, caplog):
    lookup = keras.layers.StringLookup(vocabulary=["a"])
    model = keras.Sequential([keras.Input((), dtype="string"), lookup])
    loggers = [logging.getLogger(name) for name in ("tensorflow", "absl")]
    for logger in loggers:
        caplog.set_level(logging.INFO, logger.name)
    signature = [tf.TensorSpec([None], tf.string)]
    export_model(model, {"ids": (lambda words: model(words), signature)}, tmp_path / "export")
    assert not caplog.records and {logger.level for logger in loggers} == {logging.INFO}


def test_an_export_that_fails_leaves_the_old_one(tmp_path, monkeypatch):
    class Archive:
        def track(self, model):
            pass

        def write_out(self, path, verbose):
            folder = pathlib.Path(path)
            folder.mkdir(exist_ok=True)
            (folder / "saved_model.pb").write_text("half of it")
            raise OSError("No space left on device")

    monkeypatch.setattr(keras.export, "ExportArchive", Archive)
    old = tmp_path / "export" / "saved_model.pb"
    old.parent.mkdir()
    old.write_text("old")
    with pytest.raises(OSError, match="No space left"):
        export_model(None, {}, tmp_path / "export")
    assert old.read_text() == "old" and list(tmp_path.iterdir()) == [old.parent]

"""The exported model in a process that has TensorFlow and nothing of this package."""

import json
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import json, resource, sys
import numpy as np
import tensorflow as tf

model = tf.saved_model.load(sys.argv[1])
words = ["evler", "gozde", "", "x", "漢", "e\\0e", "ev" * 250]
features = ["pos=N,case=ABL,num=SG", "pos=N,num=PL", "", "pos=V,tense=PST", "=,=", ",", "nonsense"]
answers = model.inflect(tf.constant(words), tf.constant(features))
default = model.signatures["serving_default"](
    source=tf.constant(words), features=tf.constant(features)
)
posterior = model.encode(tf.constant(words))
none = model.inflect(tf.constant([], tf.string), tf.constant([], tf.string))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
many = model.inflect(tf.constant(["evler"] * 10000), tf.constant(["pos=N,num=PL"] * 10000))
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
plural = tf.constant(["pos=N,num=PL"] * 300)
drawn = [model.sample(tf.constant(seed), plural) for seed in ([1, 2], [1, 2], [3, 4])]
sample = [[word.decode() for word in d["form"].numpy()] for d in drawn]
assert "keras_vae_collapse" not in sys.modules
json.dump({
    "forms": [w.decode() for w in answers["form"].numpy()],
    "default": [w.decode() for w in default["form"].numpy()],
    "log_probability": answers["log_probability"].numpy().tolist(),
    "loc": posterior["loc"].numpy().tolist(),
    "none": int(none["form"].shape[0]),
    "many": len(set(many["form"].numpy().tolist())),
    "grown_kilobytes": grown,
    "sample": sample,
}, open(sys.argv[2], "w"))
"""
WORDS = ["evler", "gozde", "", "x", "漢", "e\0e", "ev" * 250]
FEATURES = [
    "pos=N,case=ABL,num=SG", "pos=N,num=PL", "", "pos=V,tense=PST", "=,=", ",", "nonsense",
]  # fmt: skip


@pytest.fixture(scope="module")
def answers(tiny_run, tmp_path_factory):
    export = tiny_run.directory.export
    path = tmp_path_factory.mktemp("answers") / "answers.json"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(export), str(path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(path.read_text())


def test_the_exported_model_gives_the_forms_of_the_model(answers, tiny_run):
    model = tiny_run.model
    n_best = [forms[0] for forms in model.inflect_n_best(WORDS, FEATURES, 1)]
    assert answers["forms"] == answers["default"] == [form for form, _ in n_best]
    np.testing.assert_allclose(answers["log_probability"], [p for _, p in n_best], rtol=1e-3)
    np.testing.assert_allclose(answers["loc"], model.encode(WORDS)[0], rtol=1e-3, atol=1e-4)


def test_no_words_give_no_answers(answers):
    assert answers["none"] == 0


def test_ten_thousand_words_are_answered_in_bounded_memory(answers):
    assert answers["many"] == 1
    assert answers["grown_kilobytes"] < 300_000


def test_the_seed_decides_the_sample(answers):
    first, again, other = answers["sample"]
    assert first == again != other
    # Words of one call differ from chunk to chunk, too.
    assert first[:44] != first[256:300]

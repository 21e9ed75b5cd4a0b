import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from small_texts import SENTENCES, small_text_vae

from keras_vae_collapse.export import export_model
from keras_vae_collapse.models.decoding import never_emitted
from keras_vae_collapse.models.sequence_vae import sequence_nll
from keras_vae_collapse.tasks.text.text_endpoints import sentence_endpoints


@pytest.fixture(scope="module")
def model():
    return small_text_vae()


@pytest.fixture(scope="module")
def served(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("served") / "export"
    export_model(model, sentence_endpoints(model), path)
    return tf.saved_model.load(str(path)), path


def strings(tensor):
    return [string.decode() for string in tensor.numpy()]


def test_the_exported_model_answers_as_the_model(served, model):
    loaded, _ = served
    many = SENTENCES * 70  # more than a chunk
    answer = loaded.reconstruct(tf.constant(many))
    assert strings(answer["sentence"]) == model.reconstruct(SENTENCES) * 70
    loc = loaded.encode(tf.constant(many))["loc"].numpy()
    np.testing.assert_allclose(loc[:4], model.encode(SENTENCES)[0], rtol=1e-5, atol=1e-6)
    decoded = loaded.decode(tf.constant(loc))
    assert strings(decoded["sentence"]) == strings(answer["sentence"])
    np.testing.assert_allclose(
        decoded["log_probability"], answer["log_probability"], rtol=1e-4, atol=1e-5
    )


def test_the_log_probability_is_that_of_the_sentence_written(served, model):
    loc, _ = model.encode(SENTENCES)
    answer = served[0].decode(tf.constant(loc))
    target = model.codec.ids(answer["sentence"])
    logits = model.decoder(loc, None, target) + never_emitted(model.vocabulary.size)
    expected = -sequence_nll(logits, target).numpy()
    np.testing.assert_allclose(answer["log_probability"], expected, rtol=1e-4)


def test_samples_are_those_of_the_model(served, model):
    for count in (0, 3, 300):
        drawn = served[0].sample(tf.constant([0, 5]), tf.constant(count))
        assert strings(drawn["sentence"]) == model.sample(count, seed=5)


def test_odd_strings_raise_nothing(served):
    odd = tf.constant(["", "  ", b"\xff\xfe", "unseen words " * 900])
    answer = served[0].reconstruct(odd)
    assert answer["sentence"].shape == (4,)
    assert served[0].reconstruct(tf.constant([], tf.string))["sentence"].shape == (0,)


def test_it_answers_with_tensorflow_alone(served, model):
    code = (
        "import sys, tensorflow as tf; model = tf.saved_model.load(sys.argv[1])\n"
        "answer = model.signatures['serving_default'](sentence=tf.constant([sys.argv[2]]))\n"
        "print(answer['sentence'][0].numpy().decode())\n"
        "assert not {'keras_vae_collapse', 'tensorflow_probability'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", code, str(served[1]), SENTENCES[0]]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == model.reconstruct(SENTENCES[:1])[0]

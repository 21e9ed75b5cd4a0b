"""A training on pairs and words, and what it leaves."""

import json
import subprocess
import sys

import pytest
from training_runs import environment, tiny, write_data

from keras_vae_collapse.commands.evaluate import main as evaluate
from keras_vae_collapse.tasks.registry import reinflection_task
from keras_vae_collapse.training import train

WORDS = ["yolda", "koldan", "adalar", "dildeler", "izden"]
_TENSORFLOW_ALONE = """
import json, sys
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
answers = model.analyse(tf.constant(json.loads(sys.argv[2])))
assert "keras_vae_collapse" not in sys.modules
print(json.dumps([[f.decode() for f in answers["features"].numpy()],
                  answers["log_probability"].numpy().tolist()]))
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A finished run of a tiny model on 30 pairs and five words."""
    folder = tmp_path_factory.mktemp("msved")
    data, words = write_data(folder / "data"), folder / "words"
    words.write_text("".join(f"{word}\n" for word in WORDS), encoding="utf-8")
    recipe = tiny("msved", **{"labelled": 30, "epochs": 2})
    task = reinflection_task(recipe, data, unlabeled=[words])
    return train(recipe, task, folder / "run", verbose=0)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::keras_vae_collapse.tasks.reinflection.DataWarning")
def test_a_run_with_words_is_complete(trained, capsys):
    metrics = json.loads(trained.directory.metrics.read_text(encoding="utf-8"))
    analysis = metrics["dev"]["analysis"]
    assert analysis["count"] == 16 and set(analysis["per_attribute"]) == {"case", "num", "pos"}
    assert 0.0 <= analysis["accuracy"] <= min(analysis["per_attribute"].values())
    config = json.loads((trained.directory.path / "config.json").read_text(encoding="utf-8"))
    assert config["data"]["unlabelled_words"] == 5 and config["recipe"]["labelled"] == 30

    answers = trained.model.analyse(WORDS)
    command = [sys.executable, "-c", _TENSORFLOW_ALONE, str(trained.directory.export)]
    done = subprocess.run(
        [*command, json.dumps(WORDS)], env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    features, log_q = json.loads(done.stdout.splitlines()[-1])
    assert features == [f for f, _ in answers]
    assert log_q == pytest.approx([q for _, q in answers], abs=1e-4)

    capsys.readouterr()
    assert evaluate([f"--model_dir={trained.directory.path}", "--num_samples=2"]) == 0
    assert "features guessed of the form" in capsys.readouterr().out

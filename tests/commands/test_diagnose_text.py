import json

import pytest
from text_run import text_run

from keras_vae_collapse.commands.diagnose import main
from keras_vae_collapse.metrics import linear_probe
from keras_vae_collapse.tasks.text import demo_sentences
from keras_vae_collapse.tasks.text.demo_grammar import factors_of

TEXTS = [sentence.text for sentence in demo_sentences(train=0, dev=60, seed=5)["dev"]]
TENSES = [factors_of(text).tense for text in TEXTS]


def test_labels_are_probed_below_the_report_and_what_is_too_long_is_counted(tmp_path, capsys):
    model = text_run(tmp_path)
    file, labels = tmp_path / "some.txt", tmp_path / "labels.txt"
    file.write_text("".join(f"{text}\n" for text in [*TEXTS, "the " * 513]))
    labels.write_text("".join(f"{tense}\n" for tense in [*TENSES, "none"]))
    options = [f"--model_dir={tmp_path}", f"--file={file}", "--num_samples=2", "--num_examples=2"]
    assert main([*options, f"--labels={labels}"]) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    expected = linear_probe(model.encode(TEXTS)[0], TENSES)
    assert report["probes"] == {"label": pytest.approx(expected._asdict(), abs=0.02)}
    out, err = capsys.readouterr()
    line = next(line for line in out.splitlines() if "linear probe of z: label" in line)
    assert f"{report['probes']['label']['accuracy']:.4f}" in line
    assert "1 of 61 given sentences have more than 512 words" in err

import numpy as np
import pytest
from text_run import text_run

from keras_vae_collapse.commands.project import main

LINES = ["now the boys sing at the gate .", "yesterday the king slept in the tower ."]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("text")
    return folder, text_run(folder)


def test_the_latent_space_of_sentences_is_written_with_the_factors_of_the_demo(
    run, tmp_path, capsys
):
    file, logs = tmp_path / "some.txt", tmp_path / "logs" / "dev"
    file.write_text("\n".join(LINES))
    assert main([f"--model_dir={run[0]}", f"--file={file}", f"--log_dir={logs}"]) == 0
    assert "2 sentences; tensorboard" in capsys.readouterr().out
    rows = [line.split("\t") for line in (logs / "projector/labels.tsv").read_text().splitlines()]
    assert rows[0] == ["sentence", "subject", "number", "verb", "tense", "place"]
    assert [row[0] for row in rows[1:]] == LINES and rows[1][2] == "plural"
    vectors = np.loadtxt(logs / "projector/latent.tsv")
    np.testing.assert_allclose(vectors, run[1].encode(LINES)[0], rtol=1e-4, atol=1e-5)


def test_other_sentences_have_no_factors_and_unknown_tokens_are_counted(run, tmp_path, capsys):
    file, logs = tmp_path / "some.txt", tmp_path / "logs"
    file.write_text("the zombies sing .\n")
    assert main([f"--model_dir={run[0]}", f"--file={file}", f"--log_dir={logs}"]) == 0
    out, err = capsys.readouterr()
    assert "1 sentence;" in out and "1 of 4 words unknown to the model: 'zombies'" in err
    assert (logs / "projector/labels.tsv").read_text() == "the zombies sing .\n"


def test_lemmas_and_bad_lines_are_refused(run, tmp_path, capsys):
    file = tmp_path / "some.txt"
    file.write_bytes(b"a b\n\0\n")
    options = [f"--model_dir={run[0]}", f"--file={file}", f"--log_dir={tmp_path}"]
    assert main([*options, f"--lemma_file={file}"]) == 1
    assert "--lemma_file is for a model of words" in capsys.readouterr().err
    assert main(options) == 1
    assert f"{file}, line 2: a NUL character" in capsys.readouterr().err

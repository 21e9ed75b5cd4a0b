import io
import sys

import keras
import pytest

from keras_vae_collapse.commands.inflect import main
from keras_vae_collapse.layers import (
    CategoricalAttributes,
    GaussianLatent,
    GRUDecoder,
    GRUEncoder,
    PartialSupervision,
)
from keras_vae_collapse.models import SequenceDecoder
from keras_vae_collapse.tasks.reinflection import Example, SemiSupervisedVAE, Vocabulary

VOCABULARY = Vocabulary.from_examples([Example("evler", "pos=N,num=PL", "evler")])


@pytest.fixture(scope="module")
def guesser():
    keras.utils.set_random_seed(0)
    attributes = CategoricalAttributes(3, [[2], [1]], prior=[0, 0.7, 0.9], units=4)
    return SemiSupervisedVAE(
        VOCABULARY,
        encoder=GRUEncoder(VOCABULARY.size, units=6, embedding_dim=4),
        latent=GaussianLatent(3),
        decoder=SequenceDecoder(VOCABULARY.size, GRUDecoder(6), 4, condition_dim=4),
        supervision=PartialSupervision(attributes),
    )


@pytest.fixture
def ask(guesser, tmp_path, monkeypatch, capsys):
    guesser.save(tmp_path / "model.keras")

    def run(data, *options):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return main([f"--model_dir={tmp_path}", "--analyse", *options]), *capsys.readouterr()

    return run


def test_each_word_has_its_features_and_their_log_probability(ask, guesser):
    code, out, err = ask(b"ev\nevler\n")
    rows = [line.split("\t") for line in out.splitlines()]
    assert code == 0 and not err
    for (features, log_q), (wanted, value) in zip(
        rows, guesser.analyse(["ev", "evler"]), strict=True
    ):
        assert features == wanted == "pos=N,num=PL" and float(log_q) == pytest.approx(
            value, abs=1e-4
        )


def test_lines_that_are_no_word_have_an_empty_answer(ask):
    code, out, err = ask(b"ev\nev\tpos=N\n\n\xff\n" + b"e" * 600 + b"\nev\n")
    lines = out.splitlines()
    assert code == 1 and lines[0] == lines[5] and lines[1:5] == [""] * 4
    assert "line 2: the forbidden character U+0009" in err and "line 4: not UTF-8" in err
    assert "line 5: `sources` must be words of at most 512" in err


def test_unknown_characters_are_counted(ask):
    code, out, err = ask(b"evq\n")
    assert code == 0 and len(out.splitlines()) == 1 and "'q' (U+0071), 1 times" in err
    code, out, err = ask(b"evq\n", "--strict")
    assert code == 1 and out == "\n"


def test_there_is_no_beam_and_other_models_cannot_do_it(ask, model_dir, capsys):
    assert "one answer a word" in ask(b"", "--beam_width=2", "--n_best=2")[2]
    assert main([f"--model_dir={model_dir}", "--analyse"]) == 1
    assert "has not learnt to guess features" in capsys.readouterr().err

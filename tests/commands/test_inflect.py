import io
import sys

import pytest

from keras_vae_collapse.commands.inflect import main


@pytest.fixture
def ask(model_dir, monkeypatch, capsys):
    """`ask(data, *options)`: the exit code, what was printed, and what went to standard error."""

    def run(data, *options):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return main([f"--model_dir={model_dir}", *options]), *capsys.readouterr()

    return run


def test_answers_come_line_by_line(ask, model):
    code, out, _ = ask(b"evler\tpos=N,num=PL\neldi\tpos=V\n")
    assert code == 0
    assert out.splitlines() == model.inflect(["evler", "eldi"], ["pos=N,num=PL", "pos=V"])


def test_n_best_forms_have_log_probabilities(ask):
    code, out, _ = ask(b"evler\tpos=N,num=PL\n", "--beam_width=4", "--n_best=3")
    scores = [float(line.split("\t")[1]) for line in out.splitlines() if line]
    assert code == 0 and len(scores) == 3 and scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (b"evler\n", (), "standard input, line 1: expected source<TAB>features"),
        (b"ev\tpos=N\n\xff\tpos=N\n", (), "standard input, line 2: not UTF-8"),
        (b"", ("--n_best=3",), "`n_best` must lie in [1, beam_width=1]"),
    ],
)
def test_what_is_wrong_is_named(ask, data, options, message):
    code, _, err = ask(data, *options)
    assert code == 1 and err.startswith("inflect: ") and message in err

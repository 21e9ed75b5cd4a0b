import io
import sys

import pytest
from slow_cases import mostly_slow

from keras_vae_collapse.commands.inflect import main


@pytest.fixture
def ask(model_dir, monkeypatch, capsys):
    """`ask(data, *options)`: the exit code, what was printed, and what went to standard error."""

    def run(data, *options):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return main([f"--model_dir={model_dir}", *options]), *capsys.readouterr()

    return run


def test_answers_come_line_by_line(ask, model):
    code, out, err = ask(b"evler\tpos=N,num=PL\neldi\tpos=V\n")
    assert code == 0 and not err
    assert out.splitlines() == model.inflect(["evler", "eldi"], ["pos=N,num=PL", "pos=V"])


def test_n_best_forms_have_log_probabilities(ask):
    code, out, _ = ask(b"evler\tpos=N,num=PL\n", "--beam_width=4", "--n_best=3")
    scores = [float(line.split("\t")[1]) for line in out.splitlines() if line]
    assert code == 0 and len(scores) == 3 and scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"evler", "expected source<TAB>features, received 1 column(s): 'evler'"),
        (b"\xff\tpos=N", "not UTF-8"),
        (b"evler\tN;ABL;SG", "not 'N;ABL;SG'. Did you mean 'pos=N,case=ABL,num=SG'?"),
        (b"evler\tN;XX", "not 'N;XX'. The model knows features such as case=ABL num=PL pos=N"),
        (b"evler\tpos=N,", "an empty feature"),
        (b"evler\t", "an empty feature"),
        (b"\tpos=N", "the source is empty"),
        (b"ev\x00\tpos=N", "forbidden character U+0000"),
        (b"e" * 600 + b"\tpos=N", "at most 512 characters"),
    ],
)
@pytest.mark.parametrize("options", mostly_slow([(), ("--beam_width=2", "--n_best=2")], [()]))
def test_a_bad_line_is_named_and_costs_no_other_its_answer(ask, line, message, options):
    good = b"evler\tpos=N,num=PL\n"
    _, alone, _ = ask(good, *options)
    code, out, err = ask(good + line + b"\n" + good, *options)
    assert code == 1 and out == alone + "\n" + alone
    assert err.startswith("inflect: standard input, line 2: ") and message in err


def test_many_bad_lines_are_counted(ask):
    code, out, err = ask(b"evler\n" * 9)
    assert code == 1 and out == "\n" * 9
    assert err.count("line ") == 5 and err.endswith("inflect: and 4 more lines\n")


def test_an_empty_line_has_an_empty_answer(ask):
    assert ask(b"\n\r\n") == (0, "\n\n", "")


def test_a_byte_order_mark_changes_no_answer(ask):
    query = b"evler\tpos=N,num=PL\r\n"
    assert ask(b"\xef\xbb\xbf" + query) == ask(query)


def test_what_the_model_never_saw_is_counted_after_the_answers(ask, model):
    code, out, err = ask("漢q\tpos=N,case=XX\nqev\tpos=N\n".encode())
    assert code == 0 and len(out.splitlines()) == 2
    assert err.startswith("warning: 2 characters and 1 features were not seen in training")
    assert "character 'q' (U+0071), 2 times, first in standard input, line 1" in err
    assert "feature 'case=XX', 1 times, first in standard input, line 1" in err
    assert ".py" not in err


def test_strict_gives_it_no_answer(ask):
    good, unseen = b"evler\tpos=N\n", "漢\tpos=N\n".encode()
    code, out, err = ask(good + unseen + good, "--strict")
    first, second, third = out.split("\n")[:3]
    assert code == 1 and first == third and not second
    assert "line 2" in err and "(U+6F22)" in err


def test_forms_beyond_the_beam_are_refused(ask):
    code, _, err = ask(b"", "--n_best=3")
    assert code == 1 and err.startswith("inflect: `n_best` must lie in [1, beam_width=1]")

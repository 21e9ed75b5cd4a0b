import io
import sys
import types

import pytest
from slow_cases import mostly_slow

from keras_vae_collapse.commands.inflect import main
from keras_vae_collapse.tasks.reinflection import Example


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


@pytest.mark.parametrize(("count", "last"), [(5, "received 1 column(s): 'evler'"),
                                             (6, "inflect: and 1 more line"),
                                             (7, "inflect: and 2 more lines")])  # fmt: skip
def test_only_lines_that_were_not_named_are_more(ask, count, last):
    _, _, err = ask(b"evler\n" * count)
    assert err.splitlines()[-1].endswith(last) and err.count(", line ") == 5


def test_no_form_is_not_asked_for(ask):
    code, _, err = ask(b"", "--n_best=0")
    assert (
        code == 1 and err == "inflect: `n_best` must lie in [1, beam_width=1]. Received: n_best=0\n"
    )


class Lines:
    """Standard input that notes how many answers there are whenever a line is read."""

    def __init__(self, terminal, read):
        self.buffer, self.isatty = self, lambda: terminal
        self.read, self.answered = read, []

    def __iter__(self):
        for _ in range(3):
            self.answered.append(self.read())
            yield b"evler\tpos=V\n"


@pytest.mark.parametrize(
    ("terminal", "from_file", "calls"),
    [(True, False, [1, 1, 1]), (False, False, [3]), (True, True, [3])],
    ids=["typed", "piped", "file"],
)
def test_who_types_a_line_has_its_answer_before_the_next(
    terminal, from_file, calls, tmp_path, model_dir, monkeypatch, capsys
):
    class Model:
        vocabulary = types.SimpleNamespace(unseen=lambda queries, found=None: {})

        def inflect_n_best(self, sources, features, beam_width):
            asked.append(len(sources))
            return [[("form", -1.0)]] * len(sources)

    asked, printed = [], []

    def answers():
        printed.append(capsys.readouterr().out)
        return "".join(printed).count("form\n")

    lines = Lines(terminal, answers)
    monkeypatch.setattr(sys, "stdin", lines)
    monkeypatch.setattr("keras_vae_collapse.commands.ensembles.load_models", lambda _: Model())
    place = "keras_vae_collapse.tasks.reinflection.queries.read_query"
    monkeypatch.setattr(place, lambda *_: Example("evler", "pos=V", ""))
    (tmp_path / "words").write_text("evler\tpos=V\n" * 3)
    file = [f"--file={tmp_path / 'words'}"] * from_file
    assert main([f"--model_dir={model_dir}", *file]) == 0
    assert asked == calls and answers() == 3
    if not from_file:
        assert lines.answered == ([0, 1, 2] if terminal else [0, 0, 0])

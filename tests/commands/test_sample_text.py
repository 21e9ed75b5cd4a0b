import io
import re
import sys

import pytest
from text_run import text_run

from keras_vae_collapse.commands.sample import main
from keras_vae_collapse.tasks.text import TextVAE, neighbours

LINES = [
    "now the boys sing at the gate .",
    "yesterday the king slept in the tower .",
    "tomorrow the bear will dance on the roof .",
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Folder and model of a run of sentences, with the file `lines.txt`."""
    folder = tmp_path_factory.mktemp("text")
    model = text_run(folder)
    (folder / "lines.txt").write_text("".join(f"{line}\n" for line in LINES))
    return folder, model


@pytest.fixture
def sample(run, capsys, monkeypatch):
    """`sample(*options, given=bytes)`: exit code, printed lines, standard error."""

    def call(*options, given=b""):
        stream = io.TextIOWrapper(io.BufferedReader(io.BytesIO(given)))
        monkeypatch.setattr(sys, "stdin", stream)
        code = main([f"--model_dir={run[0]}", *options])
        out, err = capsys.readouterr()
        return code, out.split("\n")[:-1], err

    return call


def test_sentences_of_the_prior_follow_the_seed(sample, run):
    code, lines, err = sample("--count=6", "--seed=3")
    assert (code, err) == (0, "") and lines == run[1].sample(6, seed=3)
    assert sample("--count=6", "--seed=4")[1] != lines
    assert sample("--count=3", "--beam_width=3")[1] == run[1].sample(3, beam_width=3)


def test_each_line_has_its_reconstruction_beside_it(sample, run):
    expected = run[1].reconstruct(LINES[:2])
    assert len(set(expected)) == 2
    given = f"{LINES[0]}\n \n  {LINES[1]}".encode()
    assert sample("--reconstruct", given=given)[:2] == (0, [expected[0], "", expected[1]])
    code, lines, _ = sample("--reconstruct", f"--file={run[0] / 'lines.txt'}", "--beam_width=2")
    assert code == 0 and lines == run[1].reconstruct(LINES, beam_width=2)


@pytest.mark.parametrize("spherical", [False, True])
def test_the_way_between_two_sentences_is_printed(sample, run, spherical):
    more = ["--spherical"] * spherical
    code, lines, _ = sample("--between", LINES[0], f" {LINES[1]}", "--steps=5", *more)
    path = run[1].interpolate(LINES[0], LINES[1], 5, spherical)
    assert code == 0 and [line.split("\t")[1] for line in lines] == path
    assert [line.split("\t")[0] for line in lines] == "0.0000 0.2500 0.5000 0.7500 1.0000".split()
    assert sample(f"--from={LINES[0]}", f"--to={LINES[1]}", "--steps=5", *more)[1] == lines


def test_the_neighbours_of_each_sentence_are_found_in_a_file(sample, run):
    file = f"--file={run[0] / 'lines.txt'}"
    given = "".join(f"{line}\n" for line in LINES[::-1]).encode()
    code, lines, _ = sample("--neighbours=2", file, given=given)
    rows = [line.split("\t") for line in lines]
    assert code == 0 and [row[0] for row in rows] == [t for t in LINES[::-1] for _ in range(2)]
    for query, *others in zip(LINES[::-1], rows[::2], rows[1::2], strict=True):
        assert {row[1] for row in others} == set(LINES) - {query}
        assert float(others[0][2]) >= float(others[1][2])
    near = sample(f"--near={LINES[2]}", file, "--count=1")[1]
    assert near == ["\t".join(rows[0][1:])]


def test_neighbours_are_as_many_as_asked_for(sample, run, monkeypatch):
    counts = []
    monkeypatch.setattr(neighbours, "nearest_sentences", lambda *a: counts.append(a[-1]) or [[]])
    options = ["--neighbours=2", "--count=9"], ["--neighbours=1"], [f"--near={LINES[0]}"]
    for words in (*options, [f"--near={LINES[0]}", "--count=3"]):
        sample(*words, f"--file={run[0] / 'lines.txt'}", given=LINES[0].encode())
    assert counts == [2, 1, 10, 3]


def test_unknown_tokens_are_counted_in_one_warning(sample):
    given = b"now the zombies sing at the zombies .\nthe alien sings .\n"
    _, lines, err = sample("--reconstruct", given=given)
    assert err == "warning: 3 of 12 words unknown to the model: 'zombies', 'alien'\n"
    assert len(lines) == 2


LONG = " ".join(["the"] * 600).encode()
BAD = [
    (["--between", "now", "  "], b"", "--between: expected a sentence that is not empty.*'  '"),
    (["--between", "now", ""], b"", "--between: expected a sentence that is not empty.*''"),
    (["--between", "no\0w", "x"], b"", r"--between: a NUL character .* position 3: 'no\\x00w'"),
    (["--between", "caf\udce9", "x"], b"", "--between: byte 0xe9 at position 4 is not UTF-8"),
    (["--reconstruct"], b"ok\nba\0d\n", "standard input, line 2: a NUL character.*ba"),
    (["--reconstruct"], b"ok\n\nb\xe9d\n", "standard input, line 3: byte 0xe9 at position 2"),
    (["--reconstruct"], b" \n", "standard input: no sentence in it"),
    (["--reconstruct"], b"ok\n" + LONG, "standard input, line 2: 600 words; .*at most 512: 'the"),
    (["--reconstruct", "--file=/no/file"], b"", "/no/file"),
    (["--neighbours=0", "--file=f"], b"", "`neighbours` must be an integer of at least 1"),
    (["--count=0"], b"", "`count` must"),
    (["--seed=-1"], b"", "`seed` must"),
    (["--beam_width=0"], b"", "`beam_width` must"),
    (["--steps=1", "--between", "a", "b"], b"", "`steps` must"),
    (["--features=pos=N"], b"", "--features is for a model of words"),
]


@pytest.mark.parametrize(("options", "given", "message"), BAD)
def test_bad_input_is_one_line(sample, options, given, message):
    code, lines, err = sample(*options, given=given)
    assert code == 1 and lines == [] and err.startswith("sample: ") and err.count("\n") == 1
    assert re.search(message, err), err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--reconstruct", "--between", "a", "b"], "--reconstruct cannot go with --from and --to"),
        (["--neighbours=3"], "--neighbours and --file go together"),
        (["--between", "a", "b", "--from=a"], "--between is --from and --to"),
        (["--spherical"], "--spherical is for --between"),
        (["--file=f"], "--near and --file go together"),
    ],
)
def test_options_that_do_not_fit_are_usage_errors(options, message, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["--model_dir=DIR", *options])
    assert message in capsys.readouterr().err


def test_a_model_of_words_has_a_way_between_two_but_nothing_else_of_this(model_dir, capsys):
    folder = f"--model_dir={model_dir}"
    assert main([folder, "--between", "evler", "eldi", "--steps=3"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == ["0.0000", "0.5000", "1.0000"]
    for options, message in (
        (["--reconstruct"], "--reconstruct is for a model of sentences; kvc-inflect"),
        (["--neighbours=2", "--file=f"], "there is --near=WORD"),
        (["--between", "a", "b", "--spherical"], "straight line"),
        (["--between", "a", ""], "a word must not be empty. Received: ['a', '']"),
    ):
        assert main([folder, *options]) == 1
        out, err = capsys.readouterr()
        assert out == "" and message in err and err.count("\n") == 1


def test_every_option_of_a_path_reaches_the_model(sample, monkeypatch):
    asked = []
    monkeypatch.setattr(TextVAE, "interpolate", lambda _, *options: asked.append(options) or ["x"])
    for more, spherical in (([], False), (["--spherical"], True)):
        sample("--between", "a", "b", "--steps=4", "--beam_width=2", *more)
        assert asked.pop() == ("a", "b", 4, spherical, 2)
    # A path has two points at least: its ends.
    sample("--between", "a", "b", "--steps=2")
    assert asked.pop() == ("a", "b", 2, False, 1)

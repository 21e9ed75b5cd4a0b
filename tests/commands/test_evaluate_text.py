import json

import pytest
from text_run import text_run

from keras_vae_collapse.commands.evaluate import main
from keras_vae_collapse.metrics import linear_probe
from keras_vae_collapse.tasks.text import TextTask, demo_sentences
from keras_vae_collapse.tasks.text.demo_grammar import factors_of
from keras_vae_collapse.training import evaluate

TEXTS = [sentence.text for sentence in demo_sentences(train=0, dev=90, seed=5)["dev"]]
TENSES = [factors_of(text).tense for text in TEXTS]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("text")
    model = text_run(folder)
    (folder / "some.txt").write_text("".join(f"{text}\n" for text in TEXTS))
    return folder, model


@pytest.fixture
def call(run, capsys, tmp_path):
    """`call(*options)`: exit code, figures, standard output, standard error."""

    def command(*options, file=run[0] / "some.txt"):
        path = tmp_path / "figures.json"
        options = [f"--file={file}", "--num_samples=2", f"--json={path}", *options]
        code = main([f"--model_dir={run[0]}", *options])
        figures = json.loads(path.read_text()) if code == 0 else None
        return code, figures, *capsys.readouterr()

    return command


def test_the_figures_are_those_of_the_task(call, run, tmp_path):
    code, figures, out, _ = call(f"--predictions={tmp_path / 'out.tsv'}")
    task = TextTask.of_model(run[1], [s for s in demo_sentences(0, 90, seed=5)["dev"]])
    expected, _ = evaluate(task, run[1], task.dev_examples, 1, 2)
    assert code == 0 and figures == pytest.approx(expected)
    assert "beam" not in figures and "probes" not in figures and "linear probe" not in out
    rows = [line.split("\t") for line in (tmp_path / "out.tsv").read_text().splitlines()]
    assert [row[0] for row in rows] == TEXTS
    assert [row[1] for row in rows] == run[1].reconstruct(TEXTS)


def test_prior_samples_and_bleu_are_in_the_table(call, run):
    pytest.importorskip("sacrebleu")
    _, figures, out, _ = call("--beam_width=2")
    assert figures["beam"]["width"] == 2 and "bleu" in figures["beam"]
    samples = [text.split() for text in run[1].sample(500)]
    words = [word for text in samples for word in text]
    assert figures["distinct_1"] == pytest.approx(len(set(words)) / len(words))
    for title in ("reconstruction BLEU", "distinct-1 of prior", "self-BLEU of prior"):
        assert title in out
    assert "pip install" not in out


def test_without_sacrebleu_one_line_says_how_to_install_it(call, monkeypatch):
    for module in ("bleu", "diversity"):
        monkeypatch.setattr(f"keras_vae_collapse.tasks.text.{module}.installed", lambda: False)
    code, figures, out, _ = call()
    assert code == 0 and "bleu" not in figures and "self_bleu" not in figures
    assert out.count("pip install 'keras-vae-collapse[text]'") == 1 and "distinct_2" in figures


def test_labels_are_probed_beside_the_majority(call, run, tmp_path):
    labels = tmp_path / "labels.txt"
    labels.write_text("".join(f"{tense}\n" for tense in TENSES))
    _, figures, out, _ = call(f"--labels={labels}")
    # In the order of the file, whatever the order of evaluation.
    expected = linear_probe(run[1].encode(TEXTS)[0], TENSES)
    assert figures["probes"] == {"label": pytest.approx(expected._asdict(), abs=0.02)}
    line = next(line for line in out.splitlines() if "linear probe of z: label" in line)
    most = max(map(TENSES.count, set(TENSES))) / 90
    assert line.split()[-3:] == [
        f"{figures['probes']['label']['accuracy']:.4f}",
        f"{most:.4f}",
        "3",
    ]


def test_the_demo_has_a_probe_for_each_factor(call, run):
    # Each of 30 subjects would have to be there five times, but for two of them.
    _, figures, _, _ = call("--labels=demo")
    assert list(figures["probes"]) == ["subject", "number", "verb", "tense", "place"]
    assert figures["probes"]["tense"]["labels"] == 3


def test_labels_stand_on_the_lines_of_their_sentences(call, run, tmp_path):
    gaps, labels = tmp_path / "gaps.txt", tmp_path / "labels.txt"
    gaps.write_text("".join(f"{text}\n" for text in [TEXTS[0], "", *TEXTS[1:]]))
    labels.write_text("".join(f"{tense}\n" for tense in [TENSES[0], "", *TENSES[1:]]))
    assert call(f"--labels={labels}", file=gaps)[0] == 0
    labels.write_text("".join(f"{tense}\n" for tense in [*TENSES[:3], "", *TENSES[3:]]))
    code, _, _, err = call(f"--labels={labels}", file=gaps)
    assert code == 1 and f"{labels}, line 2: labels and examples are on different lines" in err


def test_what_is_too_long_or_unknown_is_counted_and_labels_follow(call, run, tmp_path):
    file, labels = tmp_path / "mixed.txt", tmp_path / "labels.txt"
    texts = [*TEXTS[:2], "the " * 513, *TEXTS[2:60], "the zebra sees"]
    file.write_text("".join(f"{text}\n" for text in texts))
    names = [*TENSES[:2], "left out", *TENSES[2:60], TENSES[0]]
    labels.write_text("".join(f"{name}\n" for name in names))
    code, figures, _, err = call(f"--labels={labels}", file=file)
    assert code == 0 and figures["count"] == 61
    assert "1 of 62 given sentences have more than 512 words (length_limit) and are left" in err
    assert "mixed.txt, line 3: 513 words, 'the the" in err
    words = sum(len(text.split()) for text in texts) - 513
    assert f"2 of {words:,} words unknown to the model: 'zebra', 'sees'" in err
    assert figures["probes"]["label"]["labels"] == 3
    expected = linear_probe(run[1].encode([*TEXTS[:60], texts[-1]])[0], names[:2] + names[3:])
    assert figures["probes"]["label"] == pytest.approx(expected._asdict(), abs=0.02)


def test_wrong_labels_are_one_line(call, run, tmp_path):
    labels = tmp_path / "labels.txt"
    other = tmp_path / "other.txt"
    other.write_text(f"{TEXTS[0]}\nthe boys sing .\n")
    for content, options, file, message in (
        (b"a\nb\n", f"--labels={labels}", run[0] / "some.txt", "2 labels for 90 examples"),
        (b"a\n" * 90, f"--labels={labels}", run[0] / "some.txt", "'a' 90 times"),
        (b"a\n\xff\n", f"--labels={labels}", run[0] / "some.txt", "labels.txt, line 2: byte 0xff"),
        (b"", "--labels=demo", other, "other.txt, line 2: no sentence of the embedded grammar"),
        (b"", "--labels=/no/file", other, "/no/file"),
    ):
        labels.write_bytes(content)
        code, _, _, err = call(options, file=file)
        assert code == 1 and message in err and err.count("\n") == 1, err


def test_examples_of_words_are_probed_too_but_have_no_factors(model_dir, tmp_path, capsys):
    file, labels = tmp_path / "words", tmp_path / "labels"
    file.write_text((model_dir / "examples").read_text() * 5)
    labels.write_text("N\nV\nN\n" * 5)
    options = [f"--model_dir={model_dir}", f"--file={file}", "--num_samples=2", "--beam_width=1"]
    assert main([*options, f"--labels={labels}"]) == 0
    assert "linear probe of z: label" in capsys.readouterr().out
    assert main([*options, "--labels=demo"]) == 1
    assert "is for sentences of the embedded grammar" in capsys.readouterr().err


def test_the_kinds_of_errors_are_those_of_words(call, tmp_path):
    code, _, _, err = call(f"--errors={tmp_path / 'errors.tsv'}")
    assert code == 1 and "--errors is for reinflection, not for sentences" in err

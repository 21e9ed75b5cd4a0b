import json
import pathlib
import subprocess

import numpy as np
import pytest

import zoo
from keras_vae_collapse.tasks import TextTask
from keras_vae_collapse.training import build
from zoo import sentences, sentences_report
from zoo.sentence_sizes import SIZES, flags
from zoo.sentences_report import COLUMNS, tables

CORPUS = "".join(f"{a} {b} {c}\n" for a in "abcdefg" for b in "vwxyz" for c in "mn")


@pytest.fixture
def call(tmp_path, monkeypatch):
    """`call(*flags, stop=None)` runs the command; trainings and scores are made up."""
    trained, scored = [], []

    def run_here(waiting, options, workers):
        for folder, run in waiting:
            if call.stop is not None and len(trained) >= call.stop:
                raise KeyboardInterrupt
            trained.append(folder.name)
            folder.mkdir(parents=True)
            config = {"recipe": run.recipe.to_config(), "epochs": run.epochs}
            (folder / "config.json").write_text(json.dumps(config))
            metrics = {"best_epoch": 3, "epochs": 4, "ended_by": "epochs", "training_minutes": 0.5}
            (folder / "metrics.json").write_text(json.dumps(metrics))
            yield folder, None

    def score(folder, num_samples):
        path = sentences_report.scores_of(folder, num_samples)
        if not path.is_file():
            scored.append(folder.name)
            figures = {name: 10.0 + len(scored) for name, _, _ in sentences_report.FIGURES}
            path.write_text(json.dumps({**figures, "num_samples": num_samples}))

    monkeypatch.setattr(sentences, "run_here", run_here)
    monkeypatch.setattr(sentences, "score", score)

    def call(*options, stop=None):
        call.stop = stop
        folders = [f"--output_dir={tmp_path / 'out'}", f"--results={tmp_path}"]
        code = sentences.main([f"--ptb={tmp_path}", *folders, "--methods=base,mdr@8", *options])
        return code, list(trained), list(scored)

    return call


def test_it_goes_on_where_it_was_stopped_first_seeds_first(call, tmp_path):
    (tmp_path / "RESULTS.md").write_text("# Before\n")
    code, trained, scored = call(stop=3)
    assert code == 130 and len(trained) == len(scored) == 3
    assert [name[-5:] for name in trained] == ["seed0", "seed0", "seed1"]
    code, again, scored = call()
    assert code == 0 and len(again) == 6 and again[:3] == trained and len(set(again)) == 6
    assert call()[1:] == (again, scored) and len(scored) == 6
    rows = (tmp_path / "results" / "sentences.tsv").read_text().splitlines()
    assert rows[0].split("\t") == list(sentences_report.COLUMNS) and len(rows) == 7
    row = dict(zip(sentences_report.COLUMNS, rows[2].split("\t"), strict=True))
    assert (row["part"], row["method"], row["seed"]) == ("Penn Treebank", "mdr@8", "0")
    assert (row["num_samples"], row["training_minutes"]) == ("500", "0.5")
    assert row["command"].startswith("python train.py --recipe=mdr")


def test_every_figure_stands_below_its_own_label():
    row = {name: str(number) for number, name in enumerate(COLUMNS)}
    lines = [line for line in tables([row], "command").splitlines() if line.startswith("| ")]
    header, shown = (line.strip("| ").split(" | ") for line in lines)
    expected = {"perplexity, IW": "perplexity_iw", "perplexity, ELBO": "perplexity_elbo"}
    expected |= {"IW-NLL": "iw_nll_nats", "rate": "rate_nats", "MI": "mutual_information_nats"}
    expected |= {"z gap": "z_gap_nats", "exact match": "exact_match"}
    found = dict(zip(header, shown, strict=True))
    assert {label: float(found[label]) for label in expected} == {
        label: COLUMNS.index(name) for label, name in expected.items()
    }


def test_the_language_model_is_pressed_onto_the_prior(tmp_path):
    folders = [f"--ptb={tmp_path}", f"--output_dir={tmp_path}"]
    options = sentences.arguments().parse_args([*folders, "--methods=language model,base"])
    models = {run.method: run.recipe for run in sentences.planned(options)}
    weights = {name: recipe.rate_term.get("weight", 1.0) for name, recipe in models.items()}
    assert weights == {"language model": 100.0, "base": 1.0}
    assert models["language model"].latent_dim == 1 < models["base"].latent_dim


def test_the_tables_are_made_anew_and_the_rest_of_the_file_stays(call, tmp_path):
    path = tmp_path / "RESULTS.md"
    path.write_text("# Before\n\ntext\n")
    call("--seeds=0")
    path.write_text(path.read_text() + "\n## After\n")
    call("--seeds=0,1")
    text = path.read_text()
    assert text.startswith("# Before\n\ntext\n") and text.endswith("\n## After\n")
    assert text.count("## Sentences") == text.count("### Penn Treebank") == 1
    # base scored 11 and 13, mdr 12 and 14.
    first, second = [line for line in text.splitlines() if line.startswith(("| base", "| mdr"))]
    assert first.startswith("| base | 2 | 12.00 ± 1.41 |")
    assert second.startswith("| mdr@8 | 2 | 13.00 ± 1.41 |")


def test_the_lowest_perplexity_of_weighted_samples_comes_first():
    found = []
    for method, weighted, elbo in (("a", 12.0, 13.0), ("b", 11.0, 14.0)):
        row = dict.fromkeys(COLUMNS, "1") | {"part": "corpus", "method": method}
        found.append(row | {"perplexity_iw": str(weighted), "perplexity_elbo": str(elbo)})
    lines = tables(found, "command").splitlines()
    assert [line[:14] for line in lines[-2:]] == ["| b | 1 | 11.0", "| a | 1 | 12.0"]


def test_what_cannot_be_planned_is_one_line(tmp_path, capsys):
    out = f"--output_dir={tmp_path}"
    for options, message in (
        ([out], "name a corpus"),
        ([out, f"--ptb={tmp_path}", "--methods=nothing"], "no method 'nothing'. Methods: base;"),
        ([out, f"--ptb={tmp_path}", "--set=nothing=1"], "nothing"),
    ):
        assert sentences.main(options) == 1
        err = capsys.readouterr().err
        assert message in err and err.count("\n") == 1


def test_both_corpora_have_all_methods_with_all_seeds():
    options = sentences.arguments().parse_args(["--ptb=p", "--yelp=y", "--output_dir=o"])
    runs = sentences.planned(options)
    assert len(runs) == 66 and {run.data["data"] for run in runs} == {"p", "y"}
    methods = {run.method for run in runs}
    assert {"language model", "base", "kl_cyclical", "mdr@8", "char_dropout_mdr@8"} <= methods
    (model,) = {run.recipe.latent_dim for run in runs if run.method == "language model"}
    assert model == 1 and {run.recipe.latent_dim for run in runs} == {1, 32}


@pytest.mark.parametrize("size", SIZES)
def test_a_model_of_each_size_has_the_parameters_of_its_equations(size, tmp_path):
    (tmp_path / "train.txt").write_text(CORPUS)
    (tmp_path / "valid.txt").write_text("a v m\nb w n\n")
    recipe = zoo.override(zoo.recipe("kl_linear"), SIZES[size])
    assert flags(size) == [f"--set={setting}" for setting in SIZES[size]]
    task = TextTask(tmp_path, vocabulary_limit=recipe.vocabulary_limit)
    model = build(task.complete(recipe), task)
    V, E, H, Z = task.vocabulary_size, recipe.embedding_dim, recipe.hidden_units, 32

    def lstm(inputs):
        return 4 * H * (inputs + H + 1)

    encoder = V * E + 2 * lstm(E) + 2 * (2 * H + 1) * Z  # in both directions
    decoder = V * E + (Z + 1) * H + lstm(E + Z) + (H + 1) * V
    assert sum(np.prod(weight.shape) for weight in model.trainable_weights) == encoder + decoder
    assert (E, H) == {"ptb": (256, 256), "literature": (512, 1024)}[size]


def parsed(*options):
    return sentences.arguments().parse_args(["--ptb=p", "--output_dir=o", *options])


def test_every_flag_reaches_the_trainings():
    (run,) = sentences.planned(parsed("--methods=mdr@8", "--seeds=3", "--epochs=7", "--size=ptb"))
    assert (run.seed, run.epochs, run.recipe.patience, run.recipe.hidden_units) == (3, 7, 5, 256)
    assert run.data["task"] == "text" and run.recipe.rate_term["rate_nats"] == 8.0
    (other,) = sentences.planned(
        parsed("--methods=mdr@8", "--seeds=3", "--set=patience=2", "--set=dropout=0",
               "--size=literature")
    )  # fmt: skip
    assert (other.epochs, other.recipe.patience, other.recipe.dropout) == (20, 2, 0.0)
    assert other.recipe.hidden_units == 1024
    found = parsed()
    assert (found.num_samples, found.workers, found.size) == (500, 1, "ptb")
    assert {run.seed for run in sentences.planned(found)} == {0, 1, 2}
    assert pathlib.Path(found.results) == pathlib.Path(zoo.__file__).parent


def test_runs_of_two_corpora_have_folders_of_their_own():
    runs = sentences.planned(parsed("--yelp=y", "--methods=language model", "--seeds=0"))
    assert [str(sentences.folder_of(run, pathlib.Path("o"))) for run in runs] == [
        "o/runs/penn-treebank-language-model-seed0", "o/runs/yelp-language-model-seed0",
    ]  # fmt: skip


def test_a_run_is_scored_once_and_a_failure_is_named(tmp_path, monkeypatch):
    asked = []

    def run(command, **options):
        asked.append(command)
        assert options["text"] and options["capture_output"]
        return subprocess.CompletedProcess(command, len(asked) - 1, "", "no model there\n")

    monkeypatch.setattr(sentences.subprocess, "run", run)
    path = sentences_report.scores_of(tmp_path, 9)
    sentences.score(tmp_path, 9)
    words = ["keras_vae_collapse.evaluate", f"--model_dir={tmp_path}", "--num_samples=9"]
    assert asked[0][1:] == ["-m", *words, f"--json={path}"]
    with pytest.raises(RuntimeError, match=f"{tmp_path.name} cannot be scored: no model there$"):
        sentences.score(tmp_path, 9)
    path.touch()
    sentences.score(tmp_path, 9)
    assert len(asked) == 2


def test_a_training_that_fails_stops_no_other_and_is_not_scored(tmp_path, monkeypatch, capsys):
    def run_here(waiting, options, workers):
        asked.append((options["command"], workers))
        for folder, _ in waiting:
            failure = None if folder.name.endswith("seed1") else "failed, see its failure.txt"
            if failure is None:
                folder.mkdir(parents=True)
                (folder / "metrics.json").write_text(json.dumps({"epochs": 4}))
            yield folder, failure

    def score(folder, num_samples):
        figures = {name: 2.0 for name, _, _ in sentences_report.FIGURES}
        sentences_report.scores_of(folder, num_samples).write_text(json.dumps(figures))

    asked = []
    monkeypatch.setattr(sentences, "run_here", run_here)
    monkeypatch.setattr(sentences, "score", score)
    words = [f"--ptb={tmp_path}", "--methods=base", f"--output_dir={tmp_path}", "--seeds=0,1"]
    words += [f"--results={tmp_path}", "--workers=3"]
    monkeypatch.setattr("sys.argv", ["zoo/sentences.py", *words])
    assert sentences.main() == 1
    assert asked == [(["-m", "zoo.sentences", *words], 3)]
    assert capsys.readouterr().out.splitlines() == [
        "2 runs, 0 of them done",
        "penn-treebank-base-seed0: failed, see its failure.txt",
        "penn-treebank-base-seed1: trained",
        f"written: {tmp_path / 'RESULTS.md'}",
    ]
    text = (tmp_path / "RESULTS.md").read_text()
    assert "| base | 1 | 2.00 | 2.00 | 2.00 | 2.00 | 2.00 | 2.0 | 2.00 | 2.0000 |" in text
    assert f"python -m zoo.sentences --ptb={tmp_path} " in text
    head, rule = [line for line in text.splitlines() if line.startswith("|")][:2]
    assert rule.count("|") == head.count("|")


def test_a_run_that_is_trained_and_not_scored_has_no_row(tmp_path):
    (run,) = sentences.planned(parsed("--methods=base", "--seeds=0"))
    assert sentences_report.row_of(run, tmp_path, 5) is None
    (tmp_path / "metrics.json").write_text('{"best_epoch": 3, "training_minutes": 0.1234567}')
    assert sentences_report.row_of(run, tmp_path, 5) is None
    sentences_report.scores_of(tmp_path, 5).write_text('{"rate_nats": 2.0}')
    row = sentences_report.row_of(run, tmp_path, 5)
    assert (row["best_epoch"], row["training_minutes"]) == ("3", "0.123457")
    assert (row["rate_nats"], row["z_gap_nats"]) == ("2", "")
    (tmp_path / "metrics.json").unlink()
    assert sentences_report.row_of(run, tmp_path, 5) is None

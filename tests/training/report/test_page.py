"""The page of a run: whole in one file, and made of whatever the run has left."""

import json
import os
import re

import pytest
from failing_models import make
from made_run import FIGURES, finished_run, write_config, write_end, write_logs
from page_text import PageText

import zoo
from keras_vae_collapse.diagnostics import diagnose
from keras_vae_collapse.runs import RunDirectory, RunError
from keras_vae_collapse.runs.lock import DirectoryLock
from keras_vae_collapse.training.report import (
    curves,
    latent_pictures,
    read_run,
    run_page,
    write_run_page,
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return finished_run(tmp_path_factory.mktemp("runs") / "my <run>")


@pytest.fixture(scope="module")
def page(run):
    return write_run_page(run, zoo).read_text(encoding="utf-8")


@pytest.fixture
def no_drawing(monkeypatch):
    """Pictures take most of the time."""
    for module in (curves, latent_pictures):
        monkeypatch.setattr(module, "svg", lambda *_: "<svg></svg>")


def test_the_page_is_one_file_that_asks_for_nothing(page):
    found = PageText(page)
    assert len(page.encode()) < 5e6 and not {"script", "link", "img", "iframe"} & set(found.tags)
    links = [value for name, value in found.attributes if name in ("src", "href", "xlink:href")]
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in links)
    assert not re.search(r"@import|url\((?!#)", page)
    assert "prefers-color-scheme: dark" in page


def test_the_page_has_all_parts_of_a_finished_run(page):
    text = PageText(page).text
    titles = re.findall("<h2>(.*?)</h2>", page)
    assert titles == [
        "Figures on the development set", "Curves", "Predictions", "Latent space", "Diagnosis",
        "Configuration", "How to repeat it",
    ]  # fmt: skip
    assert "my <run> " in text and "Not here yet" not in text
    assert "finished after 3 of 6 epochs: all epochs done, 1.5 minutes of training" in text
    assert "Dotted line: epoch 2, whose weights are kept." in text
    for caption in ("Rate R", "Distortion D", "Negative ELBO, D + R", "Active units"):
        assert f"<figcaption>{caption}" in page
    assert "<figcaption>Multiplier, of the rate term" in page
    assert "by case of label" in text  # AC and BC; no other column has so few values
    assert "beam 8: accuracy 0.6250" in text and "per kind: N: accuracy 0.2500" in text
    assert "rate R (nats/example) 9.500" in text
    assert "z carries 2.50 nats about the input, and the decoder uses it" in text


def test_predictions_are_those_of_the_kept_epoch_and_no_html(page):
    text = PageText(page).text
    assert "After epoch 2, greedy search." in text and "the same after epoch 1" in text
    assert "<script>alert(1)</script>" in text and "b | *c*" in text
    assert "a<strong>X</strong>" in page


def test_samples_from_the_prior_stand_under_what_was_asked_for(tmp_path):
    write_config(tmp_path)
    file = tmp_path / "samples-prior.tsv"
    file.write_text("case=A\t<b>ev\ncase=B\tevler\n", encoding="utf-8")
    page = run_page(tmp_path, zoo)
    rows = "<tr><td>&lt;b&gt;ev</td><td>case=A</td></tr><tr><td>evler</td><td>case=B</td></tr>"
    assert f"<tr><th>output</th><th>asked for</th></tr>{rows}</table>" in page
    assert "vectors drawn from the prior" in PageText(page).text
    # Sentences hold whatever a line may, and nothing is asked for.
    file.write_text("one\u2028half\n\n", encoding="utf-8")
    assert "<tr><th>output</th></tr><tr><td>one\u2028half</td></tr><tr><td></td></tr>" in run_page(
        tmp_path, zoo
    )
    file.write_bytes(b"\xff")
    assert "from the prior" not in PageText(run_page(tmp_path, zoo)).text


def test_what_was_set_comes_first_and_the_command_has_no_flag_about_the_run(page):
    text = PageText(page).text
    set_, recipe = text.index("latent_dim=4 rate_term.rate_nats=9"), text.index("MDRConstraint")
    assert set_ < recipe < text.index("all settings") < text.index("clip_norm=5.0")
    assert "kvc-train '--output_dir=my runs/x' Into this directory again with --overwrite" in text
    assert "seed 5" in text and "c0ffee" in text and "keras 3.0" in text


def test_without_the_recipes_settings_are_those_of_the_command(tmp_path):
    write_config(tmp_path, command=["train.py", "--set", "latent_dim=4", "--set=rate_nats=9"])
    text = PageText(run_page(tmp_path)).text
    assert "other than recipe mdr has it: latent_dim=4 rate_nats=9 " in text


def test_a_run_that_has_only_begun_says_what_is_missing(tmp_path):
    write_config(tmp_path)
    text = PageText(run_page(tmp_path, zoo)).text
    assert "metrics.json, the final figures" in text and "figures of the epochs" in text
    assert "the latent space: written when training ends" in text
    assert "Curves" not in text and "there are no figures to judge by" in text


def test_a_killed_run_shows_how_far_it_came_and_how_to_go_on(tmp_path):
    write_config(tmp_path)
    write_logs(tmp_path, 2)
    text = PageText(run_page(tmp_path, zoo)).text
    resume = "go on with kvc-train '--output_dir=my runs/x' --resume"
    assert f"stopped before its end after 2 of 6 epochs; {resume}" in text
    assert "After epoch 2, greedy search." in text
    # Two epochs of ten batches.
    assert "the decoder uses it" in text and "(figures of epoch 2)" in text


def test_a_run_in_training_is_told_by_its_lock(tmp_path):
    write_config(tmp_path)
    write_logs(tmp_path, 1)
    lock = DirectoryLock(tmp_path)
    assert not lock.is_held()
    lock.acquire()
    try:
        assert DirectoryLock(tmp_path).is_held()
        assert "in training : 1 of 6 epochs done" in PageText(run_page(tmp_path, zoo)).text
    finally:
        lock.release()
    assert read_run(tmp_path).state == "stopped"


def test_damaged_files_are_named_and_the_rest_is_shown(tmp_path, no_drawing):
    finished_run(tmp_path)
    (tmp_path / "metrics.json").write_text("{")
    (tmp_path / "logs" / "dev" / "rate_per_dimension.tsv").write_text("epoch\tz0\n1\tx\n")
    (tmp_path / "logs" / "dev" / "projector" / "labels.tsv").write_text("a\tb\n")
    events = next((tmp_path / "logs" / "dev").glob("events*"))
    events.write_bytes(events.read_bytes()[:-40])  # as of a process that is writing it
    text = PageText(run_page(tmp_path, zoo)).text
    for name in ("metrics.json", "rate_per_dimension.tsv", "projector"):
        assert re.search(rf"{name} is damaged: ", text)
    assert "Distortion D" in text


def test_rounds_follow_one_another(tmp_path, no_drawing):
    rounds = [{"round": 1, "best_epoch": 1}, {"round": 2, "best_epoch": 2}]
    write_config(tmp_path)
    write_logs(tmp_path / "round-1", 2, accuracy=0.3)
    write_logs(tmp_path, 3, accuracy=0.6)
    write_end(tmp_path, rounds=rounds, kept_round=2)
    run = read_run(tmp_path)
    accuracy = run.dev.scalars["epoch_accuracy"]
    assert [round(accuracy[i], 2) for i in range(5)] == [0.3, 0.31, 0.6, 0.61, 0.62]
    assert (run.rounds, run.epochs, run.kept_epoch) == ((2,), 5, 4)
    write_end(tmp_path, rounds=rounds, kept_round=1, held_out={"accuracy": 0.4375})
    assert read_run(tmp_path).kept_epoch == 1
    text = PageText(run_page(tmp_path, zoo)).text
    assert "Thin lines part the rounds." in text
    assert "Figures on held-out examples accuracy 0.4375" in text


def test_a_collapsed_run_says_so_and_what_to_try(tmp_path, no_drawing):
    write_config(tmp_path)
    unused = {"mutual_information_nats": 0.01, "z_gap_nats": 0.0, "active_units": 0}
    write_logs(tmp_path, 3)
    write_end(tmp_path, dev={**FIGURES, **unused, "rate_nats": 0.1})
    page = run_page(tmp_path, zoo)
    assert re.search('<h1>.*<span class="verdict".*>collapsed</span></h1>', page)
    # 4 ln 16 = 11.1; the recipe has less.
    assert "with --set rate_term.rate_nats=12<" in page
    assert "kvc-train --recipe=free_bits" in page


def test_the_page_has_the_diagnosis_unless_it_is_of_an_earlier_model(tmp_path, no_drawing):
    finished_run(tmp_path)
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"verdict": "healthy"}))
    os.utime(report, (0, 0))
    assert "report.json is of an earlier model" in run_page(tmp_path)
    os.utime(report)
    page = run_page(tmp_path)
    assert "report.json is damaged" in page and "the decoder uses it" in page


def test_what_is_no_run_directory_is_named(tmp_path):
    with pytest.raises(RunError, match=re.escape(f"no such run directory: {tmp_path / 'x'}")):
        write_run_page(tmp_path / "x")
    with pytest.raises(RunError, match=re.escape(f"{tmp_path} is no run directory")):
        write_run_page(tmp_path)
    for text in ("{", "[]", '{"recipe": 1}'):
        (tmp_path / "config.json").write_text(text)
        with pytest.raises(RunError, match="config.json is damaged"):
            write_run_page(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]


def test_a_run_that_is_replaced_leaves_no_page_behind(tmp_path):
    finished_run(tmp_path)
    for name in ("report.html", "report.json"):
        (tmp_path / name).write_text("of the old run")
    directory = RunDirectory(tmp_path)
    directory.open({}, overwrite=True)
    directory.close()
    assert not [*tmp_path.glob("report.*")]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "finished after 3 of 6 epochs: all epochs done, 1.5 minutes of training"),
        ({"ended_by": "patience"}, "the last epochs made it no better, 1.5 minutes of training"),
        ({"ended_by": "max_minutes"}, "the time limit ended it, 1.5 minutes of training"),
        (
            {"ended_by": "SIGINT"},
            "ended by SIGINT, 1.5 minutes of training; go on with kvc-train "
            "'--output_dir=my runs/x' --resume",
        ),
        ({"ended_by": None, "training_minutes": None}, "3 of 6 epochs: ended by None"),
    ],
)
def test_the_end_of_a_run_is_said(tmp_path, changes, said):
    write_config(tmp_path)
    write_end(tmp_path, **changes)
    (tmp_path / "logs" / "dev" / "projector" / "latent.tsv").unlink()
    text = PageText(run_page(tmp_path, zoo)).text
    assert f"{said} Not here yet, or missing: figures of the epochs" in text


def test_the_head_has_the_data_and_their_size_where_they_are_known(tmp_path):
    write_config(tmp_path)
    head = "task reinflection, data demo turkish, 640 training examples, 16 development examples"
    assert f"{head} stopped before its end after 0 of 6 epochs" in PageText(run_page(tmp_path)).text
    write_config(tmp_path, data={"name": "my data", "language": None, "train_examples": 12345})
    text = PageText(run_page(tmp_path)).text
    assert "data my data, 12,345 training examples stopped" in text


def test_the_epochs_that_were_planned_are_those_of_one_round(tmp_path, no_drawing):
    write_config(tmp_path)
    write_logs(tmp_path / "round-1", 2)
    text = PageText(run_page(tmp_path, zoo)).text
    assert "stopped before its end after 2 epochs; go on" in text
    assert "Thin lines part the rounds." in text and "Dotted line" not in text


def test_where_the_kept_epoch_has_no_predictions_those_of_the_last_are_shown(tmp_path, no_drawing):
    finished_run(tmp_path)
    write_end(tmp_path, best_epoch=9)
    (tmp_path / "predictions-dev.tsv").touch()
    text = PageText(run_page(tmp_path, zoo)).text
    note = "After epoch 3, greedy search. All of the development set: predictions-dev.tsv"
    assert note in text and "the same after epoch 1" in text
    write_end(tmp_path, best_epoch=1)
    text = PageText(run_page(tmp_path, zoo)).text
    assert "After epoch 1, greedy search." in text and "the same after" not in text


def test_a_diagnosis_has_its_findings_first_and_its_dimensions_folded_away(tmp_path, no_drawing):
    report = diagnose(make("inactive"), num_samples=1)
    finished_run(tmp_path)
    (tmp_path / "report.json").write_text(report.to_json())
    page = run_page(tmp_path, zoo)
    section = page[page.index("<h2>Diagnosis</h2>") : page.index("<h2>Configuration</h2>")]
    assert re.search('<h1>.*<span class="verdict".*>collapsed</span></h1>', page)
    assert section.startswith('<h2>Diagnosis</h2>\n<p><span class="verdict"')
    assert re.findall("<h3>(.*?)</h3>", section) == ["What to try, in this order"]
    assert re.findall("<summary>(.*?)</summary>", section) == [
        "Figures", "Pictures", "Outputs", "Dimensions: 0 active, 4 inactive, 0 noisy",
    ]  # fmt: skip
    assert "kvc-train --recipe=" in section

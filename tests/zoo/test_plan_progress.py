import json

from zoo import plan_progress
from zoo.plan import planned_runs
from zoo.plan_progress import Progress


def test_the_time_that_is_left_is_that_of_the_trainings_still_to_be_made(tmp_path, monkeypatch):
    clock = iter([0.0, 120.0, 360.0])
    monkeypatch.setattr(plan_progress.time, "monotonic", lambda: next(clock))
    progress = Progress(tmp_path / "PROGRESS.md", waiting=4)
    line = progress.line(tmp_path / "one", "failed, see its failure.txt")
    assert line.startswith("[1/4] one: failed, see its failure.txt; 2.0 min so far, about 6 min")
    (tmp_path / "two").mkdir()
    dev = {"accuracy": 0.5, "rate_nats": 3.0}
    (tmp_path / "two" / "metrics.json").write_text(json.dumps({"dev": dev}))
    assert progress.line(tmp_path / "two") == (
        "[2/4] two: accuracy 0.5000, rate 3.00 nats; 6.0 min so far, about 6 min left"
    )
    assert progress.failures == {tmp_path / "one": "failed, see its failure.txt"}


def test_the_page_counts_what_became_of_the_trainings_of_each_part(tmp_path):
    part = {"recipes": ["base", "mdr", "best"], "seeds": [0, 1]}
    planned = planned_runs({"parts": [{"part": "one", **part}, {"part": "two", **part}]})
    states = iter(["yes", "yes", "no", "", "", ""] + ["yes", "no", "no", "no", "", ""])
    rows = [{"rate_nats": "3" if state else "", "converged": state} for state in list(states)]
    folders = {run.key: (tmp_path / run.name, run) for run in planned}
    progress = Progress(tmp_path / "PROGRESS.md", waiting=2)
    progress.line(folders[planned[5].key][0], "failed, see its failure.txt")
    progress.write(planned, rows, folders)
    assert (tmp_path / "PROGRESS.md").read_text().splitlines() == [
        "# Progress",
        "",
        "| part | converged | ended by a limit | failed | remaining |",
        "|---|---|---|---|---|",
        "| one | 2 | 1 | 1 | 2 |",
        "| two | 1 | 3 | 1 | 1 |",
        "",
        "- best-seed1 failed: failed, see its failure.txt",
    ]


def test_of_sentences_the_line_has_the_exact_matches(tmp_path):
    (tmp_path / "metrics.json").write_text(
        json.dumps({"dev": {"exact_match": 0.25, "rate_nats": 3.0}})
    )
    line = Progress(tmp_path / "PROGRESS.md", waiting=1).line(tmp_path)
    assert "exact match 0.2500, rate 3.00 nats;" in line

import json

from zoo import plan_progress
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

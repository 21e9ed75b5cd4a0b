"""What `--overwrite` takes away of a finished run."""

import pytest

from keras_vae_collapse.runs import RunDirectory

RESULTS = (
    "model.keras", "predictions-dev.tsv", "predictions-held_out.tsv", "metrics.json",
    "samples-prior.tsv", "report.html", "report.json",
)  # fmt: skip


@pytest.mark.parametrize("overwrite", [False, True])
def test_no_result_of_the_old_run_is_left(tmp_path, overwrite):
    config = {"recipe": {}, "data": {}, "seed": 0, "decay_epochs": None}
    run = RunDirectory(tmp_path)
    run.open(config)
    run.close()
    (run.checkpoints / "epoch-00001.npz").touch()
    for name in RESULTS:
        (tmp_path / name).write_text("old")
    (run.logs / "dev").mkdir()
    run.open(config, resume=not overwrite, overwrite=overwrite)
    run.close()
    left = {name for name in RESULTS if (tmp_path / name).exists()}
    assert left == (set() if overwrite else set(RESULTS))
    assert (run.logs / "dev").exists() != overwrite and run.has_checkpoint() != overwrite

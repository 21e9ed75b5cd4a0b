import re
import subprocess
import sys

import pytest
from training_runs import TINY, environment, write_data

from zoo.train import main

# Command lines that can never train, and what is said of them.
WRONG = [
    (["--recipe=mdrr"], "Did you mean 'mdr'"),
    (["--set=rate_trem.rate_nats=3"], "--set rate_trem.*Did you mean 'rate_term.rate_nats'"),
    (["--set=rate_term.rate_nat=3"], "--set: .*has no option 'rate_nat'.*Did you mean 'rate_nats'"),
    (["--set=rate_term.rate_nats=-3"], "`rate_term.rate_nats` must be"),
    (["--set=decoder.class=GRUDecodr"], "one of GRUDecoder, Ali.*Did you mean 'GRUDecoder'"),
    (["--epoch=3"], "Did you mean: epochs"),
    (["--epochs=0"], "--epochs=0"),
    (["--seed=99999999999"], "--seed=99999999999"),
    (["--strategy=mirrord"], "mirrored"),
    (["--logical_cpus=2"], "--logical_cpus makes replicas for --strategy=mirrored"),
    (["--strategy=multiworker"], "needs TF_CONFIG"),
    (["--max_minutes=nan"], "--max_minutes must be a finite number"),
    (["--resume"], "--resume: there is no run in"),
    (["--resume", "--overwrite"], "pass one of them"),
    (["--data=/nowhere"], "no such directory: /nowhere"),
    (["--output_dir=/etc/passwd/run"], "cannot write to /etc/passwd/run"),
    (["extra"], "unknown argument 'extra'"),
    (["latent_dim=3"], "Did you mean --set latent_dim=3"),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_a_wrong_command_line_is_one_line_that_says_what_is_wrong(tmp_path, words, message):
    answer = main([f"--output_dir={tmp_path / 'run'}", *words])
    assert answer.startswith("kvc-train: ") and re.search(message, answer)
    assert "\n" not in answer and not (tmp_path / "run").exists()


_WITHOUT_TENSORFLOW = """
import sys
from zoo.train import main
for words in eval(sys.argv[1]):
    assert str(main(words)).startswith("kvc-train: "), words
    assert not {"tensorflow", "keras"} & set(sys.modules), words
"""


def test_nothing_wrong_is_found_after_tensorflow_has_been_imported(tmp_path):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "model.keras").write_text("somebody's work")
    lines = [[f"--output_dir={tmp_path / 'run'}", *words] for words, _ in WRONG]
    lines += [[f"--output_dir={taken}", f"--data={write_data(tmp_path / 'data')}"]]
    command = [sys.executable, "-c", _WITHOUT_TENSORFLOW, repr(lines)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_reader_that_has_gone_is_no_error():
    command = f"{sys.executable} -m zoo.train --recipe=list | head -1"
    done = subprocess.run(command, shell=True, env=environment(), capture_output=True, text=True)
    assert done.stdout.startswith("aggressive_encoder") and not done.stderr


def again(run, *words):
    """The command of `tiny_run` once more."""
    settings = {**TINY, "rate_nats": 6, "patience": 99}
    data = run.directory.path.parent / "data"
    flags = [f"--data={data}", "--task=3", f"--output_dir={run.directory.path}", "--epochs=3"]
    return main([*flags, *(f"--set={name}={value}" for name, value in settings.items()), *words])


def test_a_finished_run_is_left_as_it_is(tiny_run, capsys):
    before = tiny_run.directory.model.stat()
    assert again(tiny_run, "--resume") == 0
    assert (
        "is finished: all of its 3 epochs are trained. Nothing was done" in capsys.readouterr().out
    )
    assert tiny_run.directory.model.stat() == before
    assert "already holds a run" in again(tiny_run)
    assert "seed was 0 and now is 1" in again(tiny_run, "--resume", "--seed=1")

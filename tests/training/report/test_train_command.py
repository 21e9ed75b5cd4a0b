import pytest

from keras_vae_collapse.training.report.train_command import begun_by, resumed_by, train_command

FILES = {"name": "my data", "language": "finnish", "task": 3, "dev": "f", "train_examples": 9}
COMMAND = "kvc-train '--data=my data' --language=finnish --task=3 --dev=f"


@pytest.mark.parametrize(
    ("data", "command"),
    [
        (None, "kvc-train"),
        ({"name": "demo", "language": "turkish", "task": 3}, "kvc-train"),
        ({"name": "demo", "task": 3, "added_tasks": [1]}, "kvc-train --added_tasks=1"),
        (
            {**FILES, "added_tasks": [1, 2]},
            COMMAND + " --added_tasks=1 --added_tasks=2",
        ),
        ({"name": "demo", "task": 1, "dev": "f"}, "kvc-train --task=1 --dev=f"),
        ({**FILES, "unlabeled": ["a", "b c"]}, COMMAND + " --unlabeled=a '--unlabeled=b c'"),
        ({"name": "demo", "task": "text"}, "kvc-train --task=text"),
        ({"name": "t.txt", "task": "text"}, "kvc-train --data=t.txt --task=text"),
    ],
)
def test_the_command_trains_on_the_data_of_the_run(data, command):
    assert train_command(data) == command


@pytest.mark.parametrize(
    ("command", "begun", "resumed"),
    [
        (["/bin/kvc-train", "--data=a b", "--overwrite"], "kvc-train '--data=a b'", True),
        (["/x/train.py", "--noresume", "-resume=true", "--seed=1"], "python /x/train.py --seed=1",
         True),
        (["own.py", "--overwrite_all", 3], "python own.py --overwrite_all 3", False),
        (["-m", "own.program"], "python -m own.program", False),
        (["/bin/own", "resume"], "own resume", False),
        ([], None, False),
        ("kvc-train", None, False),
    ],
)  # fmt: skip
def test_the_command_of_a_run_goes_on_where_it_is_ours(command, begun, resumed):
    config = {"command": command}
    assert begun_by(config) == begun
    assert resumed_by(config) == (f"{begun} --resume" if resumed else begun)


def test_a_run_without_a_command_has_none():
    assert begun_by({}) is None and resumed_by({}) is None

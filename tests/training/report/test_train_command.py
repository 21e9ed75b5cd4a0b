import pytest

from keras_vae_collapse.training.report.train_command import train_command

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

import json

import pytest

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.runs.run_config import check_config, read_config

RUN = {
    "recipe": {"name": "mdr"}, "task": "reinflection", "seed": 0, "epochs": 6, "held_out": 0.5,
    "data": {"name": "demo", "language": None, "task": 3, "sha256": "ab", "added_tasks": [1]},
    "command": ["train.py"], "versions": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *[((name,), "x") for name in ("recipe", "data", "seed", "epochs", "held_out", "command")],
        (("task",), 3), (("seed",), True), (("held_out",), None), (("recipe",), []),
        (("data", "name"), None), (("data", "language"), 3), (("data", "task"), 1.5),
        (("data", "dev"), []), (("data", "added_tasks"), "1"), (("data", "sha256"), {}),
    ],
)  # fmt: skip
def test_a_field_of_another_type_is_named_with_its_value(place, value, tmp_path):
    check_config(RUN, "config.json")
    config = json.loads(json.dumps(RUN))
    part = config
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = value
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(RunError) as caught:
        read_config(tmp_path)
    field = f"{'.'.join(place)}={json.dumps(value)}"
    assert (
        str(caught.value) == f"{tmp_path / 'config.json'} is damaged: a run does not write {field}"
    )


def test_a_configuration_need_not_have_every_field():
    for config in ({}, {"data": {}}, {"data": {"name": "demo"}, "of": "another task"}):
        check_config(config, "config.json")
    with pytest.raises(RunError, match="not what a run writes"):
        check_config([], "config.json")

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from rate_term_cases import TERMS

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def trained():
    paths = os.pathsep.join([str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])
    output = subprocess.run(
        [sys.executable, str(HERE / "replica_check.py")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths, "CUDA_VISIBLE_DEVICES": ""},
        timeout=300,
    )
    assert output.returncode == 0, output.stderr[-3000:]
    return json.loads(output.stdout.strip().splitlines()[-1])


def test_loss_and_weights_after_training_do_not_depend_on_the_number_of_replicas(trained):
    one, two = trained["one"], trained["two"]
    np.testing.assert_allclose(two["loss"], one["loss"], rtol=1e-5)
    # float32 sums in another order: a few units in the last place, over six steps.
    for a, b in zip(two["weights"], one["weights"], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", TERMS)
def test_state_and_metrics_do_not_depend_on_the_number_of_replicas(trained, name):
    one, two = trained["one"]["terms"][name], trained["two"]["terms"][name]
    assert one["state"].keys() == two["state"].keys()
    for part in ("state", "metrics"):
        for key, value in one[part].items():
            np.testing.assert_allclose(two[part][key], value, rtol=1e-4, err_msg=key)


def test_steps_are_not_counted_once_for_each_replica(trained):
    for side in trained.values():
        assert side["terms"]["kl_annealed"]["state"]["step"] == 6


def test_state_has_moved(trained):
    terms = trained["two"]["terms"]
    assert terms["soft_free_bits"]["metrics"]["kl_weight"] < 1.0
    assert terms["control_vae"]["state"]["integral_term"] != 0.0
    assert terms["ha_bits"]["metrics"]["active_groups"] not in (0.0, 1.0)
    assert terms["mdr"]["metrics"]["multiplier"] > 1.01

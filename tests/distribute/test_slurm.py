import os

import pytest

from keras_vae_collapse.distribute.slurm import slurm_cluster_resolver

STEP = {
    "SLURM_PROCID": "2",
    "SLURM_STEP_NUM_TASKS": "3",
    "SLURM_STEP_NODELIST": "node[2,10]",
    "SLURM_STEP_TASKS_PER_NODE": "2,1",
}


@pytest.fixture
def step(monkeypatch):
    for name, value in STEP.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SLURM_JOB_ID", "20007")


def test_tasks_of_a_node_have_ports_side_by_side_that_follow_from_the_job(step):
    resolver = slurm_cluster_resolver()
    assert resolver.cluster_spec().as_dict() == {
        "worker": ["node2:12007", "node2:12008", "node10:12007"]
    }
    assert (resolver.task_type, resolver.task_id) == ("worker", 2)


def test_what_is_missing_of_a_job_step_is_named(step, monkeypatch):
    monkeypatch.delenv("SLURM_PROCID")
    with pytest.raises(ValueError, match="no complete Slurm job step: SLURM_PROCID not set"):
        slurm_cluster_resolver()


def test_a_step_without_the_number_of_a_job_has_the_first_port(step, monkeypatch):
    monkeypatch.delenv("SLURM_JOB_ID")
    assert slurm_cluster_resolver().cluster_spec().as_dict()["worker"][0] == "node2:12000"


def test_no_gpu_is_hidden_and_the_workers_speak_grpc(step, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    resolver = slurm_cluster_resolver()
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "3,5"
    assert resolver.master("worker", 0) == "grpc://node2:12007"


def test_ports_stay_below_those_of_outgoing_connections(step, monkeypatch):
    for job, port in (("19999", 31999), ("20000", 12000), ("7", 12007)):
        monkeypatch.setenv("SLURM_JOB_ID", job)
        assert slurm_cluster_resolver().cluster_spec().as_dict()["worker"][0] == f"node2:{port}"

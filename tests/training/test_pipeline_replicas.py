"""The streams under strategies: replicas and workers share out the batches of one device."""

import json
import os
import pathlib
import socket
import subprocess
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Prints the rows every worker and replica gets, and, of one device, what it would have got.
SCRIPT = """
import json, sys
import tensorflow as tf

if sys.argv[1] == "mirrored":
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
else:
    strategy = tf.distribute.MultiWorkerMirroredStrategy()

import itertools
import numpy as np
from keras_vae_collapse.data import (
    BatchPlan, Example, Vocabulary, encode_examples, evaluation_dataset, training_dataset
)

rng = np.random.default_rng(0)
words = ["".join(rng.choice(list("abcde"), rng.integers(1, 12))) for _ in range(45)]
examples = [Example(word, "num=PL", word + "ler") for word in words]
arrays = encode_examples(examples, Vocabulary.from_examples(examples))
streams = {
    "training": training_dataset(arrays, BatchPlan.of(arrays, 4, seed=0), start_step=9),
    "evaluation": evaluation_dataset(arrays, 4),
}
result = {}
for name, stream in streams.items():
    key = "target" if name == "training" else "index"
    shared = iter(strategy.experimental_distribute_dataset(stream))
    shares = [
        [part.numpy().tolist() for part in strategy.experimental_local_results(batch[key])]
        for batch in itertools.islice(shared, 12)
    ]
    whole = [batch[key].tolist() for batch in itertools.islice(stream.as_numpy_iterator(), 12)]
    result[name] = {"shares": shares, "whole": whole}
print(json.dumps(result))
"""


def start(kind, **environment):
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, kind],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths, "CUDA_VISIBLE_DEVICES": "", **environment},
    )


def finish(processes):
    try:
        outputs = [process.communicate(timeout=180) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    for process, (_, errors) in zip(processes, outputs, strict=True):
        assert process.returncode == 0, errors[-3000:]
    return [json.loads(text.strip().splitlines()[-1]) for text, _ in outputs]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def mirrored():
    return finish([start("mirrored")])[0]


@pytest.fixture(scope="module")
def workers():
    addresses = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    configs = [
        json.dumps({"cluster": {"worker": addresses}, "task": {"type": "worker", "index": i}})
        for i in range(2)
    ]
    return finish([start("workers", TF_CONFIG=config) for config in configs])


@pytest.mark.parametrize("stream", ["training", "evaluation"])
def test_two_replicas_share_out_the_batches_of_one_device(mirrored, stream):
    result = mirrored[stream]
    assert len(result["whole"]) == 12
    for shares, whole in zip(result["shares"], result["whole"], strict=True):
        assert [len(share) for share in shares] == [2, 2]
        np.testing.assert_array_equal(np.concatenate(shares), whole)


@pytest.mark.slow
@pytest.mark.parametrize("stream", ["training", "evaluation"])
def test_two_workers_share_out_the_batches_of_one_process(workers, stream):
    first, second = (worker[stream] for worker in workers)
    assert first["whole"] == second["whole"]
    for a, b, whole in zip(first["shares"], second["shares"], first["whole"], strict=True):
        np.testing.assert_array_equal(np.concatenate([*a, *b]), whole)

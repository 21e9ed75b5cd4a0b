import keras
import numpy as np
import pytest
from copy_task import CopyTask
from training_runs import tiny

from keras_vae_collapse.layers import AlignedGRUDecoder, GRUDecoder, LatentAttention
from keras_vae_collapse.models import SequenceDecoder
from keras_vae_collapse.models.decoding_steps import decode, decoding_steps
from keras_vae_collapse.training import build

BATCH, LENGTH, SIZE = 4, 5, 9
RNG = np.random.default_rng(0)
Z = RNG.normal(size=(BATCH, 6)).astype("float32")
CONDITION = np.eye(BATCH, 7, dtype="float32")
TARGET = RNG.integers(4, SIZE, size=(BATCH, LENGTH)).astype("int32")
# A product of some size, rounded to so many bits, through five steps.
BITS = {"mixed_bfloat16": 8, "mixed_float16": 11}


def make(name, policy):
    keras.utils.set_random_seed(0)
    recurrence = GRUDecoder(8, dtype=policy)
    attention = None
    if name == "aligned":
        recurrence = AlignedGRUDecoder(8, 3, dtype=policy)
        attention = LatentAttention(3, 4, spacing=1.0, dtype=policy)
    decoder = SequenceDecoder(
        SIZE, recurrence, 4, condition_dim=4, latent_attention=attention, dtype=policy
    )
    decoder(Z, CONDITION, TARGET)
    return decoder


@pytest.mark.parametrize("policy", BITS)
@pytest.mark.parametrize("name", ["gru", "aligned"])
def test_steps_of_decoding_are_as_near_to_float32_as_a_whole_sequence(name, policy):
    exact, mixed = make(name, "float32"), make(name, policy)
    mixed.set_weights(exact.get_weights())
    expected = exact(Z, CONDITION, TARGET)
    tolerance = 8 * 2.0 ** -BITS[policy]
    np.testing.assert_allclose(mixed(Z, CONDITION, TARGET), expected, atol=tolerance)
    step, rows, state = decoding_steps(mixed, Z, CONDITION, LENGTH)
    before = np.concatenate([np.full((BATCH, 1), 2, "int32"), TARGET[:, :-1]], axis=1)
    for t in range(LENGTH):
        logits, state = step(t, before[:, t], rows, state)
        np.testing.assert_allclose(logits, expected[:, t], atol=tolerance)
        assert keras.backend.standardize_dtype(state.dtype) == "float32"


@pytest.mark.parametrize("policy", BITS)
@pytest.mark.parametrize("name", ["gru", "aligned"])
def test_they_are_decoded(name, policy):
    decoder = make(name, policy)
    for width in (1, 3):
        ids, scores = decode(decoder, Z, CONDITION, LENGTH, width)
        assert ids.shape == (BATCH, width, LENGTH + 1) and np.isfinite(scores).all()


@pytest.mark.parametrize("recipe", ["mdr", "z_forcing"])
def test_figures_are_added_up_in_single_precision(recipe):
    task = CopyTask()
    examples = task.encode([*task.train_examples * 8])
    assert len(examples["source"]) > 700  # half precision counts by ones to 256
    found = {}
    for policy in ("float32", "mixed_bfloat16"):
        keras.utils.set_random_seed(0)
        model = build(tiny(recipe, precision=policy, dropout=0), task)
        model.compile()
        found[policy] = model.evaluate(examples, batch_size=7, verbose=0, return_dict=True)
    nats = [name for name in found["float32"] if name == "distortion" or name.endswith("_nats")]
    assert len(nats) == {"mdr": 1, "z_forcing": 3}[recipe]
    for name in nats:
        np.testing.assert_allclose(found["mixed_bfloat16"][name], found["float32"][name], rtol=0.02)

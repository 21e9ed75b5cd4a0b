"""The whole state of a training in one file that is either complete or not there."""

import hashlib
import io
import itertools
import json
import pathlib
import zipfile

import numpy as np

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.core.files import replacing

_FORMAT = 2
_DIGEST = 64  # hexadecimal digits of a SHA-256


class DamagedCheckpoint(RunError):
    """A checkpoint that is truncated, altered or of another model."""


def variables_of(model):
    """Every variable that decides how training goes on: weights, noise, optimizer.

    Metrics are not among them: they start anew with each epoch.
    """
    metrics = {id(variable) for variable in model.metrics_variables}
    own = [variable for variable in model.variables if id(variable) not in metrics]
    return [*own, *model.optimizer.variables]


def unsaved_draws(model):
    """Counts of draws that are no weights: of a dropout that began with rate 0, and was raised."""
    counts = [
        getattr(getattr(layer, "_unsaved_variables", None), "noise_step", None)
        for layer in model._flatten_layers()
    ]
    return [count for count in counts if count is not None]


def save_checkpoint(path, arrays, state):
    """Writes named groups of arrays and a JSON state to one file, atomically.

    The file is an ordinary `.npz` archive whose comment is the SHA-256 of all that precedes
    it, so that any byte lost or changed shows before anything is read from it.

    Args:
        path: the file.
        arrays: `{group: [array, ...]}`.
        state: what else is to be kept, as JSON values.

    Raises:
        OSError: it cannot be written; whatever was at `path` is still there.
    """
    header = json.dumps({"format": _FORMAT, "state": state}).encode("utf-8")
    flat = {
        f"{group}/{i:05d}": np.asarray(array)
        for group, values in arrays.items()
        for i, array in enumerate(values)
    }
    buffer = io.BytesIO()
    np.savez(buffer, header=np.frombuffer(header, np.uint8), **flat)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = bytes(_DIGEST)
    data = buffer.getbuffer()
    data[-_DIGEST:] = _digest(data)
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def load_checkpoint(path):
    """Reads what `save_checkpoint` wrote.

    Returns:
        `(arrays, state)`.

    Raises:
        DamagedCheckpoint: a byte of the file is missing or changed.
    """
    try:
        return parse_checkpoint(pathlib.Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise DamagedCheckpoint(f"{path} is damaged: {error}") from error


def parse_checkpoint(data):
    """`load_checkpoint` for the bytes of a file.

    Raises:
        ValueError: a byte is missing or changed.
    """
    if len(data) <= _DIGEST or data[-_DIGEST:] != _digest(data):
        raise ValueError("its contents do not match its checksum")
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        flat = {name: file[name] for name in file.files}
    header = json.loads(flat.pop("header").tobytes())
    if header["format"] != _FORMAT:
        raise ValueError(f"its format is {header['format']}, expected {_FORMAT}")
    arrays = {}
    for name in sorted(flat):
        arrays.setdefault(name.split("/")[0], []).append(flat[name])
    return arrays, header["state"]


def assign(variables, arrays):
    """Gives variables their saved values.

    Raises:
        DamagedCheckpoint: their number, shapes or types are those of another model.
    """
    expected = [(tuple(v.shape), np.dtype(v.dtype).name, v.path) for v in variables]
    saved = [(a.shape, a.dtype.name) for a in arrays]
    if saved != [(shape, dtype) for shape, dtype, _ in expected]:
        pairs = itertools.zip_longest(saved, expected, fillvalue=(None,))
        was, now = next((was, now) for was, now in pairs if was != now[:2])
        raise DamagedCheckpoint(
            f"the checkpoint is of another model: of {len(saved)} arrays where {len(expected)} are "
            f"expected, the first that differs is {was} where {now} is expected. If an earlier "
            "version began this run, finish it with that version, or pass --overwrite to begin "
            "again"
        )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def _digest(data):
    return hashlib.sha256(memoryview(data)[:-_DIGEST]).hexdigest().encode("ascii")

"""Half precision on disk: a `.keras` file of half the size."""

import io
import zipfile

import numpy as np

WEIGHTS = "model.weights.h5"


def halve(path):
    """Rewrites the float32 weights of a `.keras` file as float16.

    Keras reads them back into float32 variables. A float16 has 11 significant bits: each weight
    moves by at most a 2,048th of itself (those below 6e-5 by at most 3e-8).

    Raises:
        ValueError: a weight is not finite, or larger than float16 holds (65,504).
    """
    import h5py

    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    halved = io.BytesIO()
    with h5py.File(io.BytesIO(members[WEIGHTS]), "r") as source, h5py.File(halved, "w") as target:
        _copy(source, target)
    members[WEIGHTS] = halved.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _copy(source, target):
    import h5py

    target.attrs.update(source.attrs)
    for name, item in source.items():
        if isinstance(item, h5py.Group):
            _copy(item, target.create_group(name))
        else:
            target.create_dataset(name, data=_halved(item[...], item.name))
            target[name].attrs.update(item.attrs)


def _halved(values, name):
    if values.dtype != np.float32:
        return values
    with np.errstate(over="ignore"):
        halved = values.astype(np.float16)
    if not np.isfinite(halved).all():
        raise ValueError(f"{name} has a weight that float16 cannot hold")
    return halved

"""Loading a `.keras` file safely: what it may hold is checked before Keras reads it."""

import collections
import io
import json
import pathlib
import zipfile

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.core.registration import registered_class

_MEMBERS = {"metadata.json", "config.json", "model.weights.h5"}
# What our classes hold of Keras's own: data types, and optimizers and their schedules.
_KERAS_MODULES = ("keras.optimizers", "keras.optimizers.schedules")
_KERAS_CLASSES = (("keras", "DTypePolicy"),)


class UnsafeModel(RunError):
    """A model file that asks for more than classes that are registered with Keras."""


def load_model(directory):
    """The model of a run directory; an untrusted file cannot run code.

    Keras's safe mode is on, and before Keras sees the file `check_archive` makes sure that it
    holds nothing but registered classes.

    Raises:
        RunError: the directory or its model is missing, truncated or not a model of ours.
    """
    import keras

    directory = pathlib.Path(directory)
    path = directory / "model.keras"
    if not directory.is_dir():
        raise RunError(f"no such model directory: {directory}")
    if not path.is_file():
        raise RunError(f"{directory} holds no model.keras: did its training finish?")
    check_archive(path)
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises many kinds for a damaged archive
        raise RunError(f"cannot load {path}: {type(error).__name__}: {error}") from error


def check_archive(path):
    """Makes sure that loading a `.keras` file runs no code but that of registered classes.

    Keras's safe mode refuses Python bytecode. This goes further: the model must be a
    `SequenceVAE` or a variant of it, and every object that its configuration names a class of
    this package or one that this process has registered with Keras, a Keras data type, optimizer
    or schedule, so no function can be called and no other file be opened by loading; the archive
    must hold the three files that Keras writes and nothing else, uncompressed; the weights must
    lie within the file and be no larger than it.

    Raises:
        UnsafeModel: it is otherwise; the message says what was found.
        RunError: the file is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive)
            config = json.loads(archive.read("config.json"))
            weights = archive.read("model.weights.h5")
        _check_objects(config)
        _check_weights(weights)
    except UnsafeModel as error:
        raise UnsafeModel(f"refused to load {path}: {error}") from error
    except RunError as error:
        raise RunError(f"cannot load {path}: {error}") from error
    except Exception as error:  # whatever a damaged archive makes of its readers
        raise RunError(f"cannot load {path}: {type(error).__name__}: {error}") from error


def _check_members(archive):
    members = archive.infolist()
    names = collections.Counter(member.filename for member in members)
    if set(names) != _MEMBERS or len(members) != len(_MEMBERS):
        found = ", ".join(repr(name) for name in sorted(names)[:10])
        raise UnsafeModel(f"expected the files {', '.join(sorted(_MEMBERS))}, found {found}")
    for member in members:
        if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
            raise UnsafeModel(f"{member.filename} is compressed or encrypted")


def _check_objects(config):
    """Looks at every object in the configuration, without recursion: it may be nested deeply."""
    from keras_vae_collapse.models import SequenceVAE

    model = _registered(config) if isinstance(config, dict) else None
    if model is None or not issubclass(model, SequenceVAE):
        raise UnsafeModel("it is not a SequenceVAE")
    pending = [config]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending += value
        if not isinstance(value, dict):
            continue
        pending += value.values()
        if "class_name" not in value:
            continue
        name, module = value["class_name"], value.get("module")
        registered = value.get("registered_name")
        if registered is None and (module in _KERAS_MODULES or (module, name) in _KERAS_CLASSES):
            continue
        if name == "InflectionDecoder":
            raise RunError(
                "version 0.1 wrote it. Run the command of its config.json again with --resume: "
                "that trains nothing and writes the model anew. A run with a folder teacher/ "
                "can be read by version 0.1 alone: train its recipe again"
            )
        if _registered(value) is None:
            raise UnsafeModel(
                f"its configuration names {module}.{name}, registered as {registered}"
            )


def _registered(value):
    """The class that a configuration names, `None` if it is not one registered with Keras."""
    name, registered = value.get("class_name"), value.get("registered_name")
    if not isinstance(registered, str) or not registered.endswith(f">{name}"):
        return None
    found = registered_class(registered)
    return found if isinstance(found, type) else None


def _check_weights(data):
    import h5py

    with h5py.File(io.BytesIO(data), "r") as file:
        pending, seen = [file], set()
        while pending:
            group = pending.pop()
            address = h5py.h5o.get_info(group.id).addr
            if address in seen:
                continue
            seen.add(address)
            for name in group:
                if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                    raise UnsafeModel(f"its weights link to another place: {name!r}")
                item = group[name]
                if isinstance(item, h5py.Group):
                    pending.append(item)
                elif item.external or item.is_virtual or item.dtype.kind not in "biuf":
                    raise UnsafeModel(f"its weights hold more than numbers: {item.name!r}")
                elif item.nbytes > len(data):
                    raise UnsafeModel(f"its weights are larger than the file: {item.name!r}")

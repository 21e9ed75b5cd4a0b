"""What a `.keras` file may hold before anything in it is believed."""

import collections
import io
import json
import zipfile

from keras_vae_collapse.core.errors import RunError

_MEMBERS = {"metadata.json", "config.json", "model.weights.h5"}
_PACKAGE = "keras_vae_collapse"
# What our classes hold of Keras's own: data types, and optimizers and their schedules.
_KERAS_MODULES = ("keras.optimizers", "keras.optimizers.schedules")
_KERAS_CLASSES = (("keras", "DTypePolicy"),)


class UnsafeModel(RunError):
    """A model file that asks for more than the classes of this package."""


def check_archive(path):
    """Makes sure that loading a `.keras` file runs no code but that of this package.

    Keras's safe mode refuses Python bytecode. This goes further: every object that the
    configuration names must be a registered class of this package, a Keras data type, optimizer
    or schedule, so no other function can be called and no other file be opened by loading; the
    archive must hold the three files that Keras writes and nothing else, uncompressed; the
    weights must lie within the file and be no larger than it.

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


def _check_objects(value):
    """Looks at every object in the configuration, without recursion: it may be nested deeply."""
    from keras import saving

    # What registers the classes that a file may name.
    from keras_vae_collapse.distribute import replica_adam  # noqa: F401

    pending = [value]
    if not isinstance(value, dict) or value.get("class_name") != "ReinflectionVAE":
        raise UnsafeModel("it is not a ReinflectionVAE")
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
        if registered == f"{_PACKAGE}>{name}" and saving.get_registered_object(registered):
            continue
        raise UnsafeModel(f"its configuration names {module}.{name}, registered as {registered}")


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

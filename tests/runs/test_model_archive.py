import base64
import io
import json
import marshal
import os
import pickle
import random
import zipfile

import h5py
import keras
import numpy as np
import pytest
from noise import switch_noise_off
from training_runs import tiny

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.distribute.replica_adam import ReplicaAdam
from keras_vae_collapse.runs.model_archive import UnsafeModel, check_archive, load_model
from keras_vae_collapse.tasks.reinflection import Example, ReinflectionTask, ReinflectionVAE

MEMBERS = ("metadata.json", "config.json", "model.weights.h5")


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The members of a good model file, by name, and what the model answers."""
    path = tmp_path_factory.mktemp("good") / "model.keras"
    task = ReinflectionTask.from_examples([Example("evler", "pos=N,num=SG", "evden")], [])
    model = task.model(tiny("kl_linear"))
    model.compile(ReplicaAdam(keras.optimizers.schedules.CosineDecay(0.1, 10), use_ema=True))
    switch_noise_off(model)
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert set(members) == set(MEMBERS)
    return members, model.inflect(["evler"], ["pos=N,num=SG"])


@pytest.fixture
def canary(tmp_path):
    """A file that is there if any code of a model has been run."""
    path = tmp_path / "canary"
    yield path
    assert not path.exists(), "code from the file has been run"


def write(folder, members, compression=zipfile.ZIP_STORED):
    """A model directory whose archive has these `(name, content)` members."""
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "model.keras", "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return folder


def with_config(good, folder, change):
    """The good model with a changed configuration."""
    config = json.loads(good[0]["config.json"])
    config = change(config) or config
    members = {**good[0], "config.json": json.dumps(config)}
    return write(folder, members.items())


def with_weights(good, folder, change):
    """The good model with changed weights: `change` gets the open HDF5 file."""
    buffer = io.BytesIO(good[0]["model.weights.h5"])
    with h5py.File(buffer, "a") as file:
        change(file)
    members = {**good[0], "model.weights.h5": buffer.getvalue()}
    return write(folder, members.items())


def first_dataset(file):
    """Path of the first array in an HDF5 file."""
    paths = []
    file.visititems(lambda name, item: paths.append(name) if hasattr(item, "shape") else None)
    return paths[0]


def touch(path):
    """The bytecode of a function that makes a file, as Keras stores a Lambda layer's."""

    def code(x):
        open("CANARY", "w").close()
        return x

    constants = tuple(str(path) if c == "CANARY" else c for c in code.__code__.co_consts)
    raw = base64.b64encode(marshal.dumps(code.__code__.replace(co_consts=constants))).decode()
    config = {"code": raw, "defaults": None, "closure": None}
    return {"class_name": "__lambda__", "config": config}


def test_a_good_file_loads_and_answers(good, tmp_path):
    members, forms = good
    model = load_model(write(tmp_path / "run", members.items()))
    assert model.inflect(["evler"], ["pos=N,num=SG"]) == forms


def test_the_bytecode_of_these_tests_would_run_if_it_were_let(tmp_path):
    layer = HOSTILE["lambda layer"](tmp_path / "run")
    keras.saving.deserialize_keras_object(layer, safe_mode=False)(np.zeros((1, 1)))
    assert (tmp_path / "run").exists()


def object_of(module, name, registered=None, config=None):
    return {
        "module": module, "class_name": name, "registered_name": registered, "config": config
    }  # fmt: skip


def call(module, name, registered=None):
    def hostile(canary):
        command = f"touch {canary}"
        config = {"cmd": command, "command": command, "name": "x"}
        return object_of(module, name, registered, config)

    return hostile


HOSTILE = {
    "lambda layer": lambda canary: object_of(
        "keras.layers", "Lambda", None, {"name": "x", "function": touch(canary), "arguments": {}}
    ),
    "bare bytecode": touch,
    "os": call("os", "system"),
    "subprocess": call("subprocess", "Popen"),
    "builtins": call("builtins", "exec"),
    "download": call("keras.utils", "get_file"),
    "nested model": call("keras", "Sequential"),
    "torch pickle": call("keras.layers", "TorchModuleWrapper"),
    "saved model": call("keras.layers", "TFSMLayer"),
    "file reader": call("keras.layers", "StringLookup"),
    "our name": call("subprocess", "Popen", "keras_vae_collapse>Popen"),
    "our class elsewhere": call("subprocess", "Popen", "keras_vae_collapse>GaussianLatent"),
    "optimizer in name only": call("keras.optimizers", "Adam", "os>system"),
    "function": lambda canary: object_of("os", "function", "system", "system"),
    "tensor": lambda canary: {"class_name": "__tensor__", "config": {"value": 1, "dtype": "int8"}},
    "type": lambda canary: {
        **object_of("subprocess", "__typespec__", None, [f"touch {canary}"]),
        "spec_name": "Popen",
    },
}


@pytest.mark.parametrize("place", ["encoder", "latent", "bag_of_chars", "name", "model"])
@pytest.mark.parametrize("what", HOSTILE)
def test_objects_that_are_not_ours_are_refused_wherever_they_are(
    good, tmp_path, canary, what, place
):
    def change(config):
        hostile = HOSTILE[what](canary)
        if place == "model":
            return hostile
        if place == "name":
            config["config"]["decoder"]["config"]["deep"] = [[{"deeper": hostile}]]
        else:
            config["config"][place] = hostile

    with pytest.raises(UnsafeModel, match="refused to load .*model.keras: "):
        load_model(with_config(good, tmp_path / "run", change))


def test_a_model_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RunError, match="no such model directory"):
        load_model(tmp_path / "none")
    with pytest.raises(RunError, match="holds no model.keras: did its training finish"):
        load_model(tmp_path)


def test_a_model_of_a_class_that_is_registered_loads(good, tmp_path):
    @keras.saving.register_keras_serializable(package="mine")
    class OwnVAE(ReinflectionVAE):
        pass

    def change(config):
        config.update(class_name="OwnVAE", registered_name="mine>OwnVAE", module="mine")

    model = load_model(with_config(good, tmp_path / "run", change))
    assert type(model) is OwnVAE and model.inflect(["evler"], ["pos=N,num=SG"]) == good[1]


def test_a_model_of_version_0_1_is_refused_with_the_way_out(good, tmp_path):
    def change(config):
        name = {"class_name": "InflectionDecoder"}
        name["registered_name"] = "keras_vae_collapse>InflectionDecoder"
        config["config"]["decoder"].update(name)

    with pytest.raises(RunError, match="version 0.1 wrote it. .*--resume"):
        load_model(with_config(good, tmp_path / "run", change))


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, {"class_name": ["x"]}])
def test_a_configuration_of_nothing_is_refused(good, tmp_path, value):
    with pytest.raises(UnsafeModel, match="not a SequenceVAE"):
        load_model(with_config(good, tmp_path / "run", lambda config: value or [value]))


OTHERS = "../canary /tmp/canary ..\\canary assets/../../canary assets/x a.pkl model.weights.npz"


@pytest.mark.parametrize("name", OTHERS.split())
def test_archives_with_other_members_are_refused(good, tmp_path, canary, name):
    members = [*good[0].items(), (name, b"x")]
    with pytest.raises(UnsafeModel, match="expected the files config.json, metadata.json, model"):
        load_model(write(tmp_path / "run", members))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["model.keras", "run"]


def test_a_link_in_the_place_of_a_member_is_not_followed(good, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(good[0]["config.json"])
    link = zipfile.ZipInfo("config.json")
    link.external_attr = 0o120777 << 16
    members = [(link if n == "config.json" else n, c) for n, c in good[0].items()]
    members[1] = (link, str(secret))
    with pytest.raises(RunError, match="cannot load .*JSONDecodeError"):
        load_model(write(tmp_path / "run", members))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_must_be_there_once(good, tmp_path, name):
    missing = [(n, content) for n, content in good[0].items() if n != name]
    for members in (missing, [*good[0].items(), (name, good[0][name])]):
        with pytest.raises(UnsafeModel, match="expected the files"):
            load_model(write(tmp_path / "run", members))


def test_a_compressed_bomb_is_not_unpacked(good, tmp_path):
    members = {**good[0], "metadata.json": b" " * 50_000_000}
    folder = write(tmp_path / "run", members.items(), zipfile.ZIP_DEFLATED)
    assert (folder / "model.keras").stat().st_size < 1_000_000
    with pytest.raises(UnsafeModel, match="is compressed or encrypted"):
        load_model(folder)


class Exploit:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def test_a_pickle_is_not_unpickled(good, tmp_path, canary):
    data = pickle.dumps(Exploit(canary))
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "model.keras").write_bytes(data)
    with pytest.raises(RunError, match="cannot load .*BadZipFile"):
        load_model(folder)
    for name in ("config.json", "model.weights.h5"):
        with pytest.raises(RunError, match="cannot load"):
            load_model(write(folder, {**good[0], name: data}.items()))


def extra(**options):
    return lambda file: file.create_dataset("extra", **options)


def replaced(make):
    """Puts what `make(file, name)` gives or makes in the place of an array."""

    def change(file):
        name = first_dataset(file)
        del file[name]
        item = make(file, name)
        if item is not None:
            file[name] = item

    return change


def virtual(file):
    layout = h5py.VirtualLayout((4,), "u1")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (4,))
    file.create_virtual_dataset("extra", layout)


def huge(file, name):
    file.create_dataset(name, (10**6, 10**6), "f4", chunks=(10, 10))


NOT_NUMBERS, LINK = "hold more than numbers", "link to another place"
WEIGHTS = {
    "strings": (extra(data=["a"], dtype=h5py.string_dtype()), NOT_NUMBERS),
    "references": (extra(shape=(1,), dtype=h5py.ref_dtype), NOT_NUMBERS),
    "external": (extra(shape=(4,), dtype="u1", external=[("/etc/passwd", 0, 4)]), NOT_NUMBERS),
    "virtual": (virtual, NOT_NUMBERS),
    "external link": (replaced(lambda *_: h5py.ExternalLink("/etc/passwd", "/x")), LINK),
    "soft link": (replaced(lambda *_: h5py.SoftLink("/x")), LINK),
    "huge": (replaced(huge), "larger than the file"),
}


@pytest.mark.parametrize(("change", "message"), WEIGHTS.values(), ids=WEIGHTS)
def test_weights_that_are_not_plain_arrays_are_refused(good, tmp_path, change, message):
    with pytest.raises(UnsafeModel, match=message):
        load_model(with_weights(good, tmp_path / "run", change))


def test_a_deeply_nested_configuration_is_refused(good, tmp_path):
    deep = b'{"class_name": "ReinflectionVAE", "config": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(RunError, match="cannot load"):
        load_model(write(tmp_path / "run", {**good[0], "config.json": deep}.items()))


def test_a_damaged_file_is_always_a_clear_error_or_the_same_model(good, tmp_path, canary):
    members, forms = good
    path = write(tmp_path / "run", members.items()) / "model.keras"
    data, rng = path.read_bytes(), random.Random(0)
    for _ in range(60):
        changed = bytearray(data)
        if rng.random() < 0.3:
            del changed[rng.randrange(len(changed)) :]
        else:
            # Mostly in the configuration and the directory of the archive.
            position = rng.choice([rng.randrange(6000), -1 - rng.randrange(400)])
            changed[position] ^= 1 << rng.randrange(8)
        path.write_bytes(changed)
        try:
            model = load_model(path.parent)
        except RunError as error:
            assert "model.keras" in str(error)
        else:
            assert model.inflect(["evler"], ["pos=N,num=SG"]) == forms


def test_a_file_cut_at_any_kilobyte_and_weights_cut_so_are_refused(good, tmp_path):
    members = good[0]
    path = write(tmp_path / "run", members.items()) / "model.keras"
    data, weights = path.read_bytes(), members["model.weights.h5"]
    for size in range(0, len(data), 1024):
        path.write_bytes(data[:size])
        with pytest.raises(RunError, match="cannot load .*model.keras"):
            check_archive(path)
    for size in range(0, len(weights), 1024):
        write(tmp_path / "run", {**members, "model.weights.h5": weights[:size]}.items())
        with pytest.raises(RunError, match="cannot load .*model.keras"):
            check_archive(path)


def test_the_safe_mode_of_keras_is_on_as_well(good, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(keras.saving, "load_model", lambda path, **options: asked.append(options))
    load_model(write(tmp_path / "run", good[0].items()))
    assert asked == [{"compile": False, "safe_mode": True}]

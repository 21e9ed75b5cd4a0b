"""Names of a package that are imported on first use."""

import json
import json.decoder
import sys
import types

import pytest

from keras_vae_collapse.core.lazy import lazy_names


def test_a_name_is_imported_when_it_is_asked_for_and_then_stays(monkeypatch):
    package = types.ModuleType("made_up")
    monkeypatch.setitem(sys.modules, "made_up", package)
    get, names = lazy_names("made_up", {"dumps": "json", "later": "no.such.module"})
    package.own = 1
    assert "dumps" not in vars(package)
    assert get("dumps") is json.dumps and package.dumps is json.dumps
    assert [name for name in names() if name[0] != "_"] == ["dumps", "later", "own"]
    with pytest.raises(AttributeError, match="^module 'made_up' has no attribute 'loads'$"):
        get("loads")
    with pytest.raises(ModuleNotFoundError):
        get("later")


def test_a_module_of_the_package_is_itself():
    get, _ = lazy_names("json", {"decoder": "json.decoder"})
    assert get("decoder") is sys.modules["json.decoder"]

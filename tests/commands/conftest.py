import pytest
from small_export import EXAMPLES, small_model

from keras_vae_collapse.tasks.reinflection import write_predictions


@pytest.fixture(autouse=True)
def process_as_it_is(monkeypatch):
    """Commands set up the threads of their process, which the tests share."""
    monkeypatch.setattr("keras_vae_collapse.training.process.prepare_process", lambda: None)


@pytest.fixture(scope="session")
def model():
    """An untrained model whose outputs depend on z."""
    return small_model()


@pytest.fixture(scope="session")
def model_dir(model, tmp_path_factory):
    """The folder of a run with that model, and with the file `examples`."""
    folder = tmp_path_factory.mktemp("run")
    model.save(folder / "model.keras")
    write_predictions(folder / "predictions-dev.tsv", EXAMPLES, [["x"]] * 3)
    write_predictions(folder / "examples", EXAMPLES, [[e.target] for e in EXAMPLES])
    return folder

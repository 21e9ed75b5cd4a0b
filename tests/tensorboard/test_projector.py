import numpy as np
import pytest
from google.protobuf import text_format
from tensorboard.plugins import projector
from tensorboard.plugins.projector import projector_plugin

from keras_vae_collapse.tensorboard import write_projector

VECTORS = np.array([[0.5, -1.25, 3.0], [1e-3, 2.0, -7.0]])


def labels(folder):
    lines = (folder / "projector" / "labels.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


def test_files_are_what_the_plugin_reads(tmp_path):
    write_projector(tmp_path, VECTORS, ("input", "kind"), [("a\tb\n", "x"), ("göz", "y")])
    assert "projector/latent.tsv" in (tmp_path / "projector_config.pbtxt").read_text()
    tensor = projector_plugin._read_tensor_tsv_file(str(tmp_path / "projector" / "latent.tsv"))
    assert tensor == pytest.approx(VECTORS, rel=1e-5)
    assert labels(tmp_path) == [["input", "kind"], ["a b ", "x"], ["göz", "y"]]


def test_single_column_has_no_header(tmp_path):
    write_projector(tmp_path, VECTORS, ("input",), [("a",), ("b",)])
    assert labels(tmp_path) == [["a"], ["b"]]


@pytest.mark.parametrize(
    "vectors, rows",
    [
        (VECTORS[:0], []),
        (VECTORS, [("a",)]),
        (VECTORS[0], [("a",)] * 3),
        (VECTORS[None], [("a",)]),
    ],
)
def test_impossible_vectors_are_refused(tmp_path, vectors, rows):
    with pytest.raises(ValueError, match=r"`vectors` must have shape \(N, dim\)"):
        write_projector(tmp_path, vectors, ("input",), rows)


def test_the_configuration_names_the_files_and_the_shape(tmp_path):
    write_projector(tmp_path, VECTORS, ("input", "kind"), iter([("a", "x"), ("b", "y")]))
    config = projector.ProjectorConfig()
    text_format.Parse((tmp_path / "projector_config.pbtxt").read_text(), config)
    (embedding,) = config.embeddings
    assert list(embedding.tensor_shape) == [2, 3] and embedding.tensor_name == "posterior mean"
    for path, lines in ((embedding.tensor_path, 2), (embedding.metadata_path, 3)):
        assert len((tmp_path / path).read_text().splitlines()) == lines

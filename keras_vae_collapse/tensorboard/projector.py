"""Latent vectors with labels in TensorBoard's projector."""

import os
import pathlib

import numpy as np

from keras_vae_collapse.core.files import write_text


def write_projector(log_dir, vectors, columns, rows):
    """Writes latent vectors and labels where TensorBoard's projector looks for them.

    (Keras's own projector callback writes a file that TensorBoard cannot read: keras#20210.)

    Args:
        log_dir: a folder of TensorBoard logs; `projector_config.pbtxt` and a folder `projector`
            are written there.
        vectors: array `(N, dim)`, such as the posterior means.
        columns: names of the labels.
        rows: N tuples of strings, one for each column; tabs and line breaks become spaces.

    Raises:
        ValueError: `vectors` has another shape, no rows, or not those of `rows`.
    """
    from tensorboard.plugins import projector

    vectors, rows = np.asarray(vectors), list(rows)
    if vectors.ndim != 2 or not len(vectors) or len(vectors) != len(rows):
        raise ValueError(
            "`vectors` must have shape (N, dim) with at least one row and as many as `rows`. "
            f"Received: shape {vectors.shape} and {len(rows)} rows"
        )
    folder = pathlib.Path(log_dir) / "projector"
    write_text(folder / "latent.tsv", _table([f"{v:.6g}" for v in row] for row in vectors))
    # TensorBoard reads no names from a table of one column.
    header = [columns] if len(columns) > 1 else []
    write_text(folder / "labels.tsv", _table([*header, *rows]))
    config = projector.ProjectorConfig()
    embedding = config.embeddings.add()
    embedding.tensor_name = "posterior mean"
    embedding.tensor_shape.extend(vectors.shape)
    embedding.tensor_path = "projector/latent.tsv"
    embedding.metadata_path = "projector/labels.tsv"
    projector.visualize_embeddings(os.fspath(log_dir), config)


def _table(rows):
    spaces = str.maketrans("\t\r\n", "   ")
    return "".join("\t".join(cell.translate(spaces) for cell in row) + "\n" for row in rows)

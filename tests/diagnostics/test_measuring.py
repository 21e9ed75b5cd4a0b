"""Passes over all rows, block by block, of passes made by hand."""

import types

import numpy as np

from keras_vae_collapse.diagnostics.examination import measuring


def test_each_block_runs_on_its_own_data_or_on_those_that_it_is_given():
    def forward(data, z, noise):
        values = np.asarray(data, float)[:, np.newaxis]
        return types.SimpleNamespace(
            loss=values.mean(), loc=values, scale=values, z=z, rate=values[:, 0], outputs=None
        )

    passes = types.SimpleNamespace(rows=lambda block: block, forward=forward)
    blocks = [np.arange(2), np.arange(2, 4)]
    own = measuring._over_blocks(passes, blocks)
    assert own["rate"].tolist() == [0, 1, 2, 3] and own["loss"] == 1.5 and own["outputs"] is None
    z, others = np.arange(4.0), [np.array([3, 2]), np.array([1, 0])]
    given = measuring._over_blocks(passes, blocks, z=z, data=others)
    assert given["rate"].tolist() == [3, 2, 1, 0] and given["z"].tolist() == [0, 1, 2, 3]

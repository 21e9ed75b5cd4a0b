"""What is made of the tensors of a pass."""

import types

import numpy as np

from keras_vae_collapse.diagnostics.examination.bound_site import BoundSite
from keras_vae_collapse.diagnostics.examination.one_pass import as_arrays
from keras_vae_collapse.diagnostics.examination.passes import Passes


def test_an_output_of_several_samples_is_one_of_a_bound_of_as_many():
    bound = BoundSite(types.SimpleNamespace(num_samples=3))
    for sites, copies in (([], [0, 1, 0]), ([bound], [0, 1, 3])):
        model = types.SimpleNamespace(trainable_variables=[])
        passes = Passes(model, (np.zeros((4, 1)), None), sites)
        assert [passes.copies(np.zeros((rows, 5)), 4) for rows in (6, 4, 12)] == copies


def test_a_pass_says_by_what_an_average_divides_where_there_is_one():
    found = dict.fromkeys(("loc", "scale", "z"), [np.ones((2, 3))])
    found |= {"loss": 1.5, "outputs": None, "rate": np.ones(2)}
    assert as_arrays(found).averaged is None
    assert as_arrays({**found, "averaged": np.float32(8.0)}).averaged == 8.0

"""Figures of several models together, which have no one latent to measure."""

import types

import pytest

from keras_vae_collapse.commands.ensembles import ensemble_figures


class Task:
    def outputs(self, model, examples, beam_width=1):
        return [[f"{example} {beam_width}"] * beam_width for example in examples]

    def figures(self, examples, outputs):
        return {"first": outputs[0][0], "count": len(examples)}


@pytest.mark.parametrize("width", [1, 3])
def test_members_are_counted_and_the_outputs_are_those_of_the_widest_search(width):
    ensemble = types.SimpleNamespace(members=["one", "two"])
    figures, outputs = ensemble_figures(Task(), ensemble, ["a", "b"], width)
    expected = {"members": 2, "first": "a 1", "count": 2}
    if width > 1:
        expected["beam"] = {"width": 3, "first": "a 3", "count": 2}
    assert figures == expected
    assert outputs == Task().outputs(ensemble, ["a", "b"], width)

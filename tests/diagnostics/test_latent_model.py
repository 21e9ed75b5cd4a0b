import dataclasses

import numpy as np
import pytest
from failing_models import make


def test_methods_give_every_row_whatever_the_chunks():
    model = make("healthy")
    loc, scale = model.posterior(chunk_size=7)
    expected_loc, expected_scale = model.encode(model.inputs)
    np.testing.assert_allclose(loc, expected_loc, rtol=1e-12)
    np.testing.assert_allclose(scale, expected_scale, rtol=1e-12)
    distortion = -model.log_prob(loc, model.inputs)
    np.testing.assert_allclose(model.distortion(loc, chunk_size=7), distortion, rtol=1e-5)
    assert model.outputs(loc, chunk_size=7) == model.decode(loc, model.inputs)


def test_samples_follow_the_posterior_and_the_seed():
    rows = np.zeros((20_000, 2))
    model = dataclasses.replace(
        make("healthy"), inputs=rows, encode=lambda x: (x + 1.0, np.full_like(x, 3.0))
    )
    z = model.sample(seed=5)
    # Five standard errors of the mean and of the standard deviation.
    assert abs(z.mean() - 1.0) < 5 * 3 / np.sqrt(z.size)
    assert abs(z.std() - 3.0) < 5 * 3 / np.sqrt(2 * z.size)
    np.testing.assert_array_equal(z, model.sample(5, posterior=model.posterior()))
    rng = np.random.default_rng(5)
    np.testing.assert_array_equal(z, model.sample(rng))
    assert not np.array_equal(z, model.sample(rng))


def test_a_subset_has_the_labels_and_the_gold_of_its_rows():
    model = make("healthy")
    model = dataclasses.replace(model, labels=list(range(300)), gold=[str(i) for i in range(300)])
    some = model.subset([7, 2])
    assert len(some) == 2 and some.labels == [7, 2] and some.gold == ["7", "2"]
    np.testing.assert_array_equal(some.inputs, model.inputs[[7, 2]])
    assert make("healthy").subset([1]).labels is None
    np.testing.assert_array_equal(model.rows([3]), model.inputs[[3]])


@pytest.mark.parametrize("name", ["encode", "log_prob", "decode", "distribution"])
def test_what_cannot_be_called_is_named(name):
    with pytest.raises(ValueError, match=f"`{name}` must be callable. Received: {name}=3"):
        dataclasses.replace(make("healthy"), **{name: 3})
    if name in ("decode", "distribution"):
        dataclasses.replace(make("healthy"), **{name: None})


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match="`labels` must hold one entry for each of the 300"):
        dataclasses.replace(make("healthy"), labels=["a"])
    with pytest.raises(ValueError, match="prior"):
        dataclasses.replace(make("healthy"), prior=3)
    short = dataclasses.replace(make("healthy"), decode=lambda z, x: ["one"])
    with pytest.raises(ValueError, match="each of 7 rows. Received: 1"):
        short.outputs(np.zeros((300, 4)), chunk_size=7)
    z = np.zeros((300, 4))
    seen = []
    watched = dataclasses.replace(
        make("healthy"), decode=lambda z, x: seen.append(z) or list(z[:, 0])
    )
    watched.outputs(z, chunk_size=200)
    assert [(len(part), part.dtype.name) for part in seen] == [(200, "float32"), (100, "float32")]

"""The rates of all dimensions over the epochs: their file and their heat map."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from keras_vae_collapse.tensorboard.rate_history import draw_heat_map, read_rates, write_rates

HISTORY = {1: [0.5, 12.0], 3: [1e-7, 3.25]}


def test_what_is_written_is_read(tmp_path):
    write_rates(tmp_path / "rates.tsv", HISTORY)
    text = (tmp_path / "rates.tsv").read_text()
    assert text == "epoch\tz0\tz1\n1\t0.5\t12\n3\t1e-07\t3.25\n"
    assert read_rates(tmp_path / "rates.tsv") == HISTORY
    assert read_rates(tmp_path / "other.tsv") == {}


@pytest.mark.parametrize(
    ("rows", "message"),
    [("1\t2\n2\t3\t4\n", "its rows differ in length"), ("1\tx\n", "x"), ("1.5\t2\n", "1.5")],
)
def test_what_is_no_table_of_rates_is_refused(tmp_path, rows, message):
    (tmp_path / "rates.tsv").write_text(f"epoch\tz0\n{rows}")
    with pytest.raises(ValueError, match=message):
        read_rates(tmp_path / "rates.tsv")


def test_a_missing_epoch_stays_white_and_the_scale_goes_from_nothing_to_the_largest_rate():
    axes = Figure().add_subplot()
    image = draw_heat_map(axes, HISTORY)
    rates = np.ma.filled(image.get_array(), np.nan)
    np.testing.assert_array_equal(rates, [[0.5, np.nan, 1e-7], [12.0, np.nan, 3.25]])
    assert image.get_clim() == (0.0, 12.0) and image.get_extent() == [0.5, 3.5, 1.5, -0.5]
    assert all(tick == round(tick) for tick in axes.get_xticks())


@pytest.mark.parametrize(("rate", "top"), [(0.05, 0.1), (0.1, 0.1), (0.2, 0.2)])
def test_a_collapsed_model_does_not_fill_the_scale(rate, top):
    image = draw_heat_map(Figure().add_subplot(), {1: [rate, 0.0]})
    assert image.get_clim() == (0.0, top)

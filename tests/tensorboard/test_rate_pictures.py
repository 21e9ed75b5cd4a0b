import numpy as np
import pytest
import tensorflow as tf
from event_files import read_events
from matplotlib.figure import Figure
from small_model import run_epochs

from keras_vae_collapse.tensorboard import RatePictures
from keras_vae_collapse.tensorboard.rate_history import draw_heat_map
from keras_vae_collapse.tensorboard.rate_pictures import draw_rates


def writer_of(folder):
    return tf.summary.create_file_writer(str(folder))


def picture_steps(folder):
    return [step for step, tag, _ in read_events(folder) if tag == "rate_per_dimension"]


def test_pictures_come_at_the_first_each_fifth_and_the_last_epoch(tmp_path):
    run_epochs(RatePictures(writer_of(tmp_path), lambda: np.ones(3)), 12)
    assert picture_steps(tmp_path) == [0, 4, 9, 11]


def test_training_that_stops_early_still_ends_with_a_picture(tmp_path):
    callback = RatePictures(writer_of(tmp_path), lambda: np.ones(3), every=5)
    run_epochs(callback, 12, stop_after=6)
    assert picture_steps(tmp_path) == [0, 4, 6]


def test_picture_is_a_png_that_differs_with_the_rates(tmp_path):
    rates = iter([np.array([3.0, 0.0]), np.array([0.0, 3.0])])
    run_epochs(RatePictures(writer_of(tmp_path), lambda: next(rates), every=1), 2)
    images = [tf.io.decode_png(value[2]).numpy() for _, _, value in read_events(tmp_path)]
    assert images[0].shape == images[1].shape and images[0].shape[0] > 200
    assert (images[0] != images[1]).any()


def test_a_picture_is_as_wide_as_the_column_that_shows_it():
    # TensorBoard scales without smoothing, and letters suffer.
    assert draw_rates({1: [1.0, 0.0]}).shape[1] == 350


def test_collapsed_dimension_is_dark_and_active_one_light():
    image = draw_rates({epoch: [5.0, 0.0] for epoch in (1, 2, 3)})
    height, width, _ = image.shape
    column = width // 3  # inside the heat map, which is above the bars
    upper, lower = image[height // 6, column, :3], image[2 * height // 5, column, :3]
    assert upper.astype(int).sum() > 2 * lower.astype(int).sum()


def test_collapsed_model_is_dark_everywhere_and_has_no_high_bars():
    collapsed, healthy = (draw_rates({1: [rate, rate / 2]}) for rate in (0.01, 1.0))
    height, width, _ = collapsed.shape
    dark, light = (image[height // 6, width // 3, :3].sum() for image in (collapsed, healthy))
    assert light > 2 * dark
    bars = slice(3 * height // 5, None)
    assert (collapsed[bars] != healthy[bars]).mean() > 0.1


def test_history_outlives_a_resume_and_forgets_epochs_after_the_checkpoint(tmp_path):
    file = tmp_path / "rate_per_dimension.tsv"
    first = RatePictures(writer_of(tmp_path), lambda: np.array([1.0, 0.25]), file)
    run_epochs(first, 5)
    second = RatePictures(writer_of(tmp_path), lambda: np.array([2.0, 0.5]), file)
    run_epochs(second, 4, first=3)  # the checkpoint knows three epochs
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "epoch\tz0\tz1"
    assert lines[1:] == [f"{e}\t1\t0.25" for e in (1, 2, 3)] + ["4\t2\t0.5"]


def test_new_training_begins_with_an_empty_history(tmp_path):
    file = tmp_path / "rate_per_dimension.tsv"
    for _ in range(2):
        run_epochs(RatePictures(writer_of(tmp_path), lambda: np.ones(1), file), 2)
    assert len(file.read_text(encoding="utf-8").splitlines()) == 3


def test_the_first_dimension_is_at_the_top_and_dimensions_come_in_the_order_asked_for():
    axes = Figure().add_subplot()
    image = draw_heat_map(axes, {3: [1.0, 2.0], 4: [3.0, 4.0]}, order=[1, 0], first_dimension=1)
    assert image.get_array().tolist() == [[2.0, 4.0], [1.0, 3.0]] and image.origin == "upper"
    assert image.get_extent() == [2.5, 4.5, 2.5, 0.5]


def test_lost_epochs_do_not_shift_the_others():
    whole = draw_rates({epoch: [1.0, 2.0] for epoch in range(1, 11)})
    gap = draw_rates({epoch: [1.0, 2.0] for epoch in range(1, 11) if epoch != 5})
    different = np.flatnonzero((whole != gap).any(axis=(0, 2)))
    assert 0 < different[-1] - different[0] < whole.shape[1] // 10


def test_prior_without_rates_per_dimension_gives_no_picture(tmp_path):
    run_epochs(RatePictures(writer_of(tmp_path), lambda: None), 2)
    assert read_events(tmp_path) == []


def test_impossible_interval_is_refused():
    with pytest.raises(ValueError, match="`every` must"):
        RatePictures(None, list, every=0)


def test_the_bars_are_the_rates_of_the_last_epoch_sorted(monkeypatch):
    figures = []

    class Kept(Figure):
        def __init__(self, **options):
            super().__init__(**options)
            figures.append(self)

    monkeypatch.setattr("matplotlib.figure.Figure", Kept)
    for history in ({1: [9.0, 9.0, 9.0], 2: [0.5, 4.0, 1.5]}, {1: [0.01, 0.02]}):
        draw_rates(history)
    maps, bars, *_ = figures[0].axes
    assert [bar.get_height() for bar in bars.patches] == [4.0, 1.5, 0.5]
    assert bars.get_ylim() == (0.0, pytest.approx(4.2))
    assert bars.get_title() == "epoch 2: 6 nats"
    assert maps.images[0].get_array().tolist() == [[9.0, 0.5], [9.0, 4.0], [9.0, 1.5]]
    assert figures[1].axes[1].get_ylim() == (0.0, 0.1)


def test_no_epoch_has_two_pictures_and_none_comes_without_an_epoch(tmp_path):
    callback = RatePictures(writer_of(tmp_path), lambda: np.ones(3), every=1)
    run_epochs(callback, 2)
    callback.on_train_end()
    RatePictures(writer_of(tmp_path), lambda: np.ones(3)).on_train_end()
    assert picture_steps(tmp_path) == [0, 1]

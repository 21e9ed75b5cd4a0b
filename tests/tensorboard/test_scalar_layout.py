"""The page Custom Scalars: which figures of a run each chart takes."""

import re

import tensorflow as tf
from event_files import layout_of

from keras_vae_collapse.tensorboard.scalar_layout import LAYOUT, ScalarLayout

TAGS = (
    "epoch_distortion", "epoch_rate", "epoch_negative_elbo", "epoch_multiplier", "epoch_kl_weight",
    "epoch_accuracy", "epoch_unseen_accuracy", "epoch_exact_match", "epoch_levenshtein",
    "epoch_token_error_rate", "epoch_z_gap", "epoch_mutual_information", "epoch_active_units",
)  # fmt: skip


def test_each_figure_has_one_chart():
    charts = [tag for category in LAYOUT.values() for tag in category.values()]
    for tag in TAGS:
        # As the plugin looks for them, from the start of a tag.
        assert sum(bool(re.match(chart, tag)) for chart in charts) == 1, tag
    for tag in ("epoch_loss", "epoch_learning_rate", "epoch_penalty", "final/accuracy"):
        assert not any(re.match(chart, tag) for chart in charts), tag


def test_the_layout_stands_in_the_log_of_a_run(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    ScalarLayout(writer).on_train_begin()
    writer.close()
    layout = layout_of(tmp_path)
    found = {
        category.title: {chart.title: list(chart.multiline.tag) for chart in category.chart}
        for category in layout.category
    }
    assert found == {c: {t: [tag] for t, tag in charts.items()} for c, charts in LAYOUT.items()}

"""Which scalars TensorBoard's page Custom Scalars shows together."""

import tensorflow as tf

from keras_vae_collapse.callbacks.summary_callback import SummaryCallback

# `{category: {chart: regular expression of tags}}`, the names of all runs in one chart.
LAYOUT = {
    "rate and distortion (nats per example)": {
        "rate R": "epoch_rate$",
        "distortion D": "epoch_distortion$",
        "multiplier or weight of the rate": "epoch_.*(multiplier|weight)$",
        "negative ELBO, D + R, of training": "epoch_negative_elbo$",
    },
    "use of the latent": {
        "active units": "epoch_active_units$",
        "mutual information (nats)": "epoch_mutual_information$",
        "z gap (nats per example)": "epoch_z_gap$",
    },
    "outputs on the development set": {
        "right": "epoch_.*(accuracy|match)$",
        "wrong": "epoch_.*(levenshtein|error_rate)$",
    },
}


class ScalarLayout(SummaryCallback):
    """Writes the layout when training begins; the runs of a folder share it.

    Args:
        writer: a `tf.summary.SummaryWriter`.
    """

    def on_train_begin(self, logs=None):
        from tensorboard.plugins.custom_scalar import summary

        with self.summaries(0):
            layout = summary.pb(scalar_layout())
            tf.summary.experimental.write_raw_pb(layout.SerializeToString(), step=0)


def scalar_layout():
    """`LAYOUT` as the plugin takes it."""
    from tensorboard.plugins.custom_scalar import layout_pb2

    return layout_pb2.Layout(
        category=[
            layout_pb2.Category(
                title=category,
                chart=[
                    layout_pb2.Chart(
                        title=title, multiline=layout_pb2.MultilineChartContent(tag=[tag])
                    )
                    for title, tag in charts.items()
                ],
            )
            for category, charts in LAYOUT.items()
        ]
    )

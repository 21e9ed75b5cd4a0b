import pytest

from keras_vae_collapse.metrics.figures import FIGURES

MEANS = ("rate", "distortion", "negative_elbo", "iw_nll", "z_gap", "prior_gap")


def test_figures_that_are_means_over_examples_are_in_nats_per_example():
    named = {name: figure.unit for name, figure in FIGURES.items() if name.endswith("_nats")}
    assert named == {
        **{f"{name}_nats": "nats/example" for name in MEANS},
        "mutual_information_nats": "nats",
    }


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("iw_nll_nats", 1234.5678, "1,234.568"),
        ("active_units", 12, "12"),
        ("unchanged_output_fraction", 0.1234, "12.3%"),
        ("distinct_1", 0.12346, "0.1235"),
    ],
)
def test_a_value_is_shown_with_the_digits_of_its_figure(name, value, shown):
    assert FIGURES[name].show(value) == shown

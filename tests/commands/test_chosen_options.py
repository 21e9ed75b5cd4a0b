import pytest

from keras_vae_collapse.commands.train import arguments
from keras_vae_collapse.commands.train_checks import chosen_options


@pytest.mark.parametrize(
    ("words", "epochs", "max_minutes"),
    [
        ([], 12, None),  # so many steps on every machine
        (["--epochs=3"], 3, None),
        (["--max_minutes=2"], None, 2.0),
        (["--set=epochs=5"], None, None),
        (["--data=sigmorphon2016"], None, None),
    ],
)
def test_the_demo_trains_a_number_of_epochs_unless_one_says_otherwise(words, epochs, max_minutes):
    values = arguments()
    values(["kvc-train", *words])
    options = chosen_options(values)
    assert (options.epochs, options.max_minutes) == (epochs, max_minutes)


@pytest.mark.parametrize(("terminal", "asked", "verbose"), [
    (True, [], 1), (False, [], 2), (False, ["--verbose=0"], 0), (True, ["--verbose=2"], 2),
])  # fmt: skip
def test_a_bar_is_for_a_terminal(monkeypatch, terminal, asked, verbose):
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    values = arguments()
    values(["kvc-train", *asked])
    assert chosen_options(values).verbose == verbose

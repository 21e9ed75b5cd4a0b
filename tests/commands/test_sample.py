import pytest
from small_export import EXAMPLES

from keras_vae_collapse.commands.sample import main

FEATURES = [example.features for example in EXAMPLES]


@pytest.fixture
def sample(model_dir, capsys):
    """`sample(*options)`: the exit code, the printed rows and what went to standard error."""

    def run(*options, folder=model_dir):
        code = main([f"--model_dir={folder}", *options])
        out, err = capsys.readouterr()
        return code, [line.split("\t") for line in out.splitlines()], err

    return run


def test_words_have_features_of_the_development_set_and_follow_the_seed(sample):
    code, rows, _ = sample("--count=6", "--seed=3")
    assert code == 0 and len(rows) == 6
    assert {features for _, features, _ in rows} <= set(FEATURES)
    assert sample("--count=6", "--seed=3")[1] == rows


def test_features_that_the_model_never_saw_are_not_drawn(sample, monkeypatch):
    import keras_vae_collapse.tasks.reinflection as reinflection

    for found, code in (([("a", "pos=N,case=XX"), ("b", FEATURES[1])], 0), ([("a", "X")], 1)):
        monkeypatch.setattr(reinflection, "read_predictions", lambda path, found=found: found)
        answer = sample("--count=5")
        assert answer[0] == code and [row[1] for row in answer[1]] == [FEATURES[1]] * 5 * (1 - code)
    assert "predictions-dev.tsv has only features that were seen in training; use" in answer[2]


def test_features_can_be_given(sample):
    code, rows, _ = sample(f"--features={FEATURES[1]}", "--beam_width=2")
    assert code == 0 and [row[1] for row in rows] == [FEATURES[1]] * 10


def test_every_option_of_the_prior_reaches_the_model(sample, monkeypatch):
    asked = []

    def sample_words(model, *options):
        asked.append(options)
        return [("x", -1.0)] * 2

    place = "keras_vae_collapse.tasks.reinflection.latent_words.sample_words"
    monkeypatch.setattr(place, sample_words)
    sample(f"--features={FEATURES[1]}", "--count=2", "--seed=3", "--beam_width=4")
    assert asked == [([FEATURES[1]] * 2, 3, 4)]


def test_the_way_between_two_words_is_printed(sample):
    code, rows, _ = sample("--from=evler", "--to=eldi", "--steps=3")
    assert code == 0 and [row[0] for row in rows] == ["0.0000", "0.5000", "1.0000"]


def test_neighbours_are_found_in_a_file(sample, model_dir):
    code, rows, _ = sample("--near=evler", f"--file={model_dir / 'examples'}", "--count=1")
    assert code == 0 and len(rows) == 1 and rows[0][0] in ("evde", "eldi")


def test_unknown_characters_are_named(sample, caplog):
    sample("--from=qx", "--to=eldi")
    assert "'qx': q x" in caplog.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--features=pos=N,case=XX"], "the model does not know the feature 'case=XX'"),
        (["--features="], "does not know the feature ''"),
        (["--count=0"], "`count` must"),
        (["--seed=-1"], "`seed` must"),
        (["--beam_width=0"], "`beam_width` must"),
        (["--from=evler", "--to=eldi", "--steps=1"], "`steps` must"),
        (["--near=evler", "--file=/no/such/file"], "/no/such/file"),
    ],
)
def test_bad_values_are_one_line_on_standard_error(options, message, sample):
    code, rows, err = sample(*options)
    assert code == 1 and rows == []
    assert message in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--from=evler"], "--from and --to go together"),
        (["--near=evler"], "--near and --file go together"),
        (["--near=a", "--file=f", "--from=a", "--to=b"], "cannot go with"),
        (["--from=", "--to=b"], "must not be empty"),
    ],
)
def test_options_that_do_not_fit_are_usage_errors(options, message, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["--model_dir=DIR", *options])
    assert message in capsys.readouterr().err


def test_a_directory_without_a_model_or_predictions_is_named(sample, model, tmp_path):
    code, _, err = sample(folder="/no/such/run")
    assert code == 1 and "no such model directory: /no/such/run" in err
    model.save(tmp_path / "model.keras")
    code, _, err = sample(folder=tmp_path)
    assert code == 1 and "use --features" in err

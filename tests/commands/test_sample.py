import subprocess
import sys

import pytest
import tensorflow as tf

from keras_vae_collapse import layers, models
from keras_vae_collapse.commands.sample import main
from keras_vae_collapse.tasks.reinflection import Example, Vocabulary, write_predictions
from keras_vae_collapse.tasks.reinflection.latent_words import (
    decode,
    interpolate,
    nearest_words,
    sample_words,
)

FEATURES = ("pos=N,case=ABL,num=SG", "pos=N,case=DAT,num=PL")
EXAMPLES = [
    Example("evler", FEATURES[0], "evden"),
    Example("gözü", FEATURES[1], "gözlere"),
    Example("kıza", FEATURES[0], "kızdan"),
]


@pytest.fixture(scope="module")
def model():
    """An untrained model whose outputs depend on z."""
    tf.keras.utils.set_random_seed(0)
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    model = models.ReinflectionVAE(
        vocabulary,
        encoder=layers.WordEncoder(vocabulary.size, 8, 4),
        latent=layers.GaussianLatent(3),
        decoder=models.InflectionDecoder(vocabulary.size, 8, 4, 4),
    )
    for weight in model.decoder.trainable_weights:
        weight.assign(3.0 * weight)
    return model


@pytest.fixture(scope="module")
def model_dir(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    model.save(folder / "model.keras")
    write_predictions(folder / "predictions-dev.tsv", EXAMPLES, [["x"]] * 3)
    return folder


@pytest.fixture(autouse=True)
def process_as_it_is(monkeypatch):
    """Commands set up the threads of their process, which the tests share."""
    monkeypatch.setattr("keras_vae_collapse.training_setup.prepare_process", lambda: None)


def command(capsys, *options):
    """The exit code, the printed rows and what went to standard error."""
    code = main(list(options))
    out, err = capsys.readouterr()
    return code, [line.split("\t") for line in out.splitlines()], err


def test_same_seed_gives_the_same_words_and_another_seed_others(model):
    first, again, other = (sample_words(model, FEATURES[:1] * 20, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert len({form for form, _ in first}) > 1


def test_words_are_those_of_the_exported_model(model, tmp_path):
    from keras_vae_collapse.export import export_model

    export_model(model, tmp_path / "export")
    loaded = tf.saved_model.load(str(tmp_path / "export"))
    features = [FEATURES[i % 2] for i in range(300)]
    exported = loaded.sample(tf.constant([0, 5], tf.int32), tf.constant(features))
    forms = [form.decode("utf-8") for form in exported["form"].numpy()]
    assert [form for form, _ in sample_words(model, features, seed=5)] == forms


def test_path_starts_and_ends_at_the_posterior_means(model):
    path = interpolate(model, "evler", "kıza", FEATURES[0], steps=5)
    assert [t for t, *_ in path] == [0.0, 0.25, 0.5, 0.75, 1.0]
    loc, _ = model.encode(["evler", "kıza"])
    ends = decode(model, loc, [FEATURES[0]] * 2)
    for (_, form, log_p), (end, end_log_p) in zip((path[0], path[-1]), ends, strict=True):
        assert form == end and log_p == pytest.approx(end_log_p, abs=1e-4)


def test_nearest_words_are_sorted_different_and_without_the_word_itself(model):
    words = ["evler", "gözü", "kıza", "gözü", "evden"]
    found = nearest_words(model, "evler", words, count=10)
    assert sorted(word for word, _ in found) == ["evden", "gözü", "kıza"]
    distances = [distance for _, distance in found]
    assert distances == sorted(distances)
    loc, _ = model.encode(["evler", found[0][0]])
    assert distances[0] == pytest.approx(float(((loc[0] - loc[1]) ** 2).sum() ** 0.5), rel=1e-4)
    assert nearest_words(model, "evler", words, count=1) == found[:1]


def test_command_prints_words_with_features_of_the_development_set(model_dir, capsys):
    options = (f"--model_dir={model_dir}", "--count=6", "--seed=3")
    code, rows, _ = command(capsys, *options)
    assert code == 0 and len(rows) == 6
    assert {features for _, features, _ in rows} <= set(FEATURES)
    assert command(capsys, *options)[1] == rows


def test_command_takes_features(model_dir, capsys):
    options = (f"--model_dir={model_dir}", f"--features={FEATURES[1]}", "--beam_width=2")
    code, rows, _ = command(capsys, *options)
    assert code == 0 and [row[1] for row in rows] == [FEATURES[1]] * 10


def test_command_interpolates(model_dir, capsys):
    code, rows, _ = command(
        capsys, f"--model_dir={model_dir}", "--from=evler", "--to=kıza", "--steps=3"
    )
    assert code == 0 and [row[0] for row in rows] == ["0.0000", "0.5000", "1.0000"]


def test_command_finds_neighbours_in_a_file(model_dir, tmp_path, capsys):
    file = tmp_path / "words"
    rows = "".join(f"{e.source}\t{e.features}\t{e.target}\n" for e in EXAMPLES)
    file.write_text(rows, encoding="utf-8")
    code, rows, _ = command(
        capsys, f"--model_dir={model_dir}", "--near=evler", f"--file={file}", "--count=1"
    )
    assert code == 0 and len(rows) == 1 and rows[0][0] in ("gözü", "kıza")


def test_unknown_characters_are_named(model_dir, capsys, caplog):
    command(capsys, f"--model_dir={model_dir}", "--from=qx", "--to=kıza")
    assert "'qx': q x" in caplog.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--features=pos=N,case=XX"], "the model does not know the feature 'case=XX'"),
        (["--features="], "does not know the feature ''"),
        (["--count=0"], "`count` must"),
        (["--seed=-1"], "`seed` must"),
        (["--beam_width=0"], "`beam_width` must"),
        (["--from=evler", "--to=kıza", "--steps=1"], "`steps` must"),
        (["--near=evler", "--file=/no/such/file"], "/no/such/file"),
    ],
)
def test_bad_values_are_one_line_on_standard_error(options, message, model_dir, capsys):
    code, rows, err = command(capsys, f"--model_dir={model_dir}", *options)
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


def test_command_runs_as_a_module(model_dir):
    command = [sys.executable, "-m", "keras_vae_collapse.sample", f"--model_dir={model_dir}"]
    done = subprocess.run([*command, "--count=2"], capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 2


def test_missing_model_directory_is_named(capsys):
    code, _, err = command(capsys, "--model_dir=/no/such/run")
    assert code == 1 and "no such model directory: /no/such/run" in err


def test_directory_without_predictions_asks_for_features(model, tmp_path, capsys):
    model.save(tmp_path / "model.keras")
    code, _, err = command(capsys, f"--model_dir={tmp_path}")
    assert code == 1 and "use --features" in err

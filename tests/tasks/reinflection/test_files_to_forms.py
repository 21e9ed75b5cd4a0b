"""A small UniMorph file is trained on, evaluated, inflected and exported, tags as they stand."""

import json

import pytest
import tensorflow as tf
from training_runs import train_arguments

from keras_vae_collapse.commands import evaluate, inflect, sample
from keras_vae_collapse.runs import load_model
from keras_vae_collapse.tasks.reinflection import Example, Vocabulary
from keras_vae_collapse.tasks.reinflection.latent_words import known_features, sample_words
from keras_vae_collapse.tasks.reinflection.word_codec import WordCodec
from zoo.train import main

TAGS = ["N;NOM;SG", "N; ACC(PL;DEF)", "N;ACC(PL,DEF);PSS", "{N/V};ABL;N"]
VOCABULARY = Vocabulary.from_examples([Example("ev", tags, "evi") for tags in TAGS])


def test_a_vocabulary_of_tags_is_kept_with_its_separator():
    assert VOCABULARY.features == ("ABL", "ACC(PL,DEF)", "N", "NOM", "PSS", "SG", "{N/V}")
    assert VOCABULARY.encode_features(TAGS[1]) == [0, 0, 1, 1, 0, 0, 0, 0]
    config = json.loads(json.dumps(VOCABULARY.to_config()))
    assert Vocabulary.from_config(config) == VOCABULARY
    with pytest.raises(ValueError, match="without equals signs"):
        VOCABULARY.check_features("pos=N,num=PL")


@pytest.mark.parametrize(
    ("features", "separator"),
    [(["a={x;y}"], ","), (["N", "V"], ";"), (["N", "N;PL"], ";"), (["N,PL"], ","), ([""], ",")],
)
def test_the_separator_is_that_of_the_features(features, separator):
    examples = [Example("a", text, "b") for text in features]
    vocabulary = Vocabulary.from_examples(examples)
    assert vocabulary.separator == separator and not vocabulary.unseen(examples)
    assert ("separator" in vocabulary.to_config()) == (separator == ";")


def test_the_graph_reads_tags_as_the_vocabulary_does():
    texts = [*TAGS, "", ";;", "x(a;b;c;d", "N ;\tSG\n;", "(N;SG)", "((a;N);SG)", "pos=N,num=PL"]
    graph = WordCodec(VOCABULARY).feature_vector(tf.constant(texts)).numpy().tolist()
    assert graph == [VOCABULARY.encode_features(text) for text in texts]


def test_features_are_known_where_all_of_them_are():
    known = ["N;NOM;SG", "N;ACC(PL,DEF)", "N; ACC(PL;DEF)", "{N/V}"]
    assert known_features(VOCABULARY, [*known, "N;DAT", "", "N,NOM"]) == known
    words = Vocabulary.from_examples([Example("ev", "", "ev")])
    assert known_features(words, ["", "N"]) == [""]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a file of 22 rows, less than a batch, and of a run on it."""
    folder = tmp_path_factory.mktemp("unimorph")
    stems = ("ev", "el", "göz", "ada", "oda", "kuş", "at", "ip", "iz", "yol", "kol")
    rows = [f"{s}\t{s}den\t{TAGS[3]}\n{s}\t{s}leri\tN;ACC(PL;DEF)\n\n" for s in stems]
    (folder / "tur").write_text("".join(rows), encoding="utf-8")
    small = {"batch_size": 64, "augmentation": None}
    arguments = train_arguments(folder / "tur", folder / "run", "kl_linear", epochs=1, set=small)
    arguments.remove("--verbose=0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keras_vae_collapse.training.process.prepare_process", lambda: None)
        assert main([*arguments, "--verbose=2"]) == 0
    return folder


def test_fewer_lines_than_a_batch_train(run):
    config = json.loads((run / "run" / "config.json").read_text())
    assert config["data"]["train_examples"] == 20 and config["data"]["dev_examples"] == 2
    assert config["data"]["task"] == "unimorph" and config["recipe"]["batch_size"] == 64


def test_the_file_is_evaluated_and_its_tags_are_inflected(run, capsys, tmp_path):
    quick = ["--num_samples=2", "--beam_width=2"]
    assert evaluate.main([f"--model_dir={run / 'run'}", f"--file={run / 'tur'}", *quick]) == 0
    assert "examples                                          22" in capsys.readouterr().out
    (tmp_path / "queries").write_text(f"ev\t{TAGS[3]}\nev\tpos=N\n")
    arguments = [f"--model_dir={run / 'run'}", f"--file={tmp_path / 'queries'}"]
    assert inflect.main(arguments) == 1
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 2
    assert "line 2: features must look like N;ABL;SG" in said.err and "not seen" not in said.err


def test_words_of_the_prior_are_asked_for_by_the_tags_of_the_file(run, capsys):
    rows = (run / "run" / "samples-prior.tsv").read_text(encoding="utf-8").splitlines()
    assert [row.split("\t")[0] for row in rows] == [TAGS[3], "N;ACC(PL;DEF)"]
    assert sample.main([f"--model_dir={run / 'run'}", "--count=3"]) == 0
    drawn = [line.split("\t")[1] for line in capsys.readouterr().out.splitlines()]
    assert len(drawn) == 3 and set(drawn) <= {TAGS[3], "N;ACC(PL;DEF)"}
    with pytest.raises(ValueError, match="does not know the feature 'DAT'"):
        sample_words(load_model(run / "run"), ["N;DAT"])


def test_the_export_takes_the_tags_of_the_file(run):
    model, saved = load_model(run / "run"), tf.saved_model.load(str(run / "run" / "export"))
    words, tags = ["ev", "göz"], ["N;ACC(PL;DEF)", "N;ACC(PL,DEF)"]
    forms = saved.inflect(tf.constant(words), tf.constant(tags))["form"].numpy()
    assert [form.decode() for form in forms] == model.inflect(words, tags)

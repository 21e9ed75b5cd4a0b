import pytest
from tensorboard.plugins.projector import projector_plugin

from keras_vae_collapse import layers, models
from keras_vae_collapse.tasks.reinflection import Example, Vocabulary
from keras_vae_collapse.tensorboard.projector import (
    COLUMNS,
    examples_with_lemmas,
    features_of_forms,
    labels,
    main,
    write_projector,
)

EXAMPLES = [
    Example("evler", "pos=N,case=ABL,num=SG", "evden"),
    Example("evler", "pos=N,case=DAT,num=SG", "eve"),
    Example("geldi", "pos=V,tense=PRS", "gelir"),
]
TASK_1 = [
    Example("ev", "pos=N,case=NOM,num=PL", "evler"),
    Example("ev", "pos=N,case=DAT,num=SG", "eve"),
]
TASK_2 = [
    Example("evler", "pos=N,case=ABL,num=SG", "evden", source_features="pos=N,num=PL"),
    Example("geldi", "pos=V,tense=PRS", "gelir", source_features="pos=V,tense=PST"),
]


@pytest.fixture(scope="module")
def model():
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    return models.ReinflectionVAE(
        vocabulary,
        encoder=layers.WordEncoder(vocabulary.size, 8, 4),
        latent=layers.GaussianLatent(3),
        decoder=models.InflectionDecoder(vocabulary.size, 8, 4, 4),
    )


@pytest.fixture(autouse=True)
def process_as_it_is(monkeypatch):
    """Commands set up the threads of their process, which the tests share."""
    monkeypatch.setattr("keras_vae_collapse.training_setup.prepare_process", lambda: None)


def test_unknown_lemma_and_features_are_a_dash():
    assert list(labels(EXAMPLES[-1:])) == [("geldi", "-", "V", "-", "pos=V,tense=PRS")]


def test_lemma_and_features_come_from_a_task_1_file():
    row = next(labels(EXAMPLES, TASK_1))
    assert row == ("evler", "ev", "N", "pos=N,case=NOM,num=PL", "pos=N,case=ABL,num=SG")


def test_rows_of_task_2_connect_forms_to_the_lemma_of_task_1():
    rows = list(labels([Example("evden", "pos=N", "eve")], TASK_1 + TASK_2))
    assert rows[0][1] == "ev"


def test_own_source_features_come_first():
    assert next(labels(TASK_2, TASK_1))[3] == "pos=N,num=PL"


def test_ambiguous_form_has_all_its_features():
    examples = [Example("ev", "case=ACC", "evi"), Example("ev", "poss=PSS3S", "evi")]
    assert features_of_forms(examples) == {"evi": "case=ACC or poss=PSS3S"}


def test_files_are_what_the_plugin_reads(model, tmp_path):
    assert write_projector(tmp_path, model, EXAMPLES, TASK_1) == 2
    tensor = projector_plugin._read_tensor_tsv_file(str(tmp_path / "projector" / "latent.tsv"))
    loc, _ = model.encode(["evler", "geldi"])
    assert tensor == pytest.approx(loc, rel=1e-4, abs=1e-6)
    lines = (tmp_path / "projector" / "labels.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == list(COLUMNS)
    assert [line.split("\t")[0] for line in lines[1:]] == ["evler", "geldi"]


def test_nothing_to_show_is_refused(model, tmp_path):
    with pytest.raises(ValueError, match="`examples` must hold"):
        write_projector(tmp_path, model, [])


def test_lemmas_are_found_beside_a_directory_of_data_and_nowhere_else(tmp_path):
    row = "ev\tpos=N,num=PL\tevler\n"
    (tmp_path / "turkish-task1-dev").write_text(row, encoding="utf-8")
    (found,) = examples_with_lemmas(str(tmp_path), "turkish")
    assert (found.source, found.target) == ("ev", "evler")
    assert examples_with_lemmas(str(tmp_path), "finnish") == []
    assert examples_with_lemmas("sigmorphon2016", "turkish") == []


def test_command_writes_the_files(model, tmp_path, capsys):
    model.save(tmp_path / "model.keras")
    file = tmp_path / "words"
    file.write_text("evler\tpos=N,case=ABL,num=SG\tevden\n", encoding="utf-8")
    assert main([f"--model_dir={tmp_path}", f"--file={file}", f"--lemma_file={file}"]) == 0
    assert "1 words" in capsys.readouterr().out
    assert (tmp_path / "logs" / "dev" / "projector_config.pbtxt").is_file()


def test_command_names_a_missing_file(tmp_path, capsys):
    assert main([f"--model_dir={tmp_path}", f"--file={tmp_path}/none"]) == 1
    assert "none" in capsys.readouterr().err

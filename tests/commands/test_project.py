import gzip
import shutil

import pytest

from keras_vae_collapse.commands.project import main


def test_the_latent_space_of_a_file_is_written(model_dir, tmp_path, capsys):
    file, folder = model_dir / "examples", tmp_path / "logs" / "dev"
    options = [f"--file={file}", f"--lemma_file={file}", f"--log_dir={folder}"]
    assert main([f"--model_dir={model_dir}", *options]) == 0
    assert "3 words" in capsys.readouterr().out
    assert (folder / "projector_config.pbtxt").is_file()


def test_a_missing_file_is_named(tmp_path, capsys):
    assert main([f"--model_dir={tmp_path}", f"--file={tmp_path}/none"]) == 1
    assert "none" in capsys.readouterr().err


def test_lemmas_may_come_from_a_file_of_task_2(model_dir, tmp_path):
    lemmas, folder = tmp_path / "task2", tmp_path / "logs" / "dev"
    lemmas.write_text("num=PL\tevler\tnum=SG\tev\n", encoding="utf-8")
    files = [f"--file={model_dir / 'examples'}", f"--lemma_file={lemmas}", f"--log_dir={folder}"]
    assert main([f"--model_dir={model_dir}", *files, "--task=3", "--lemma_task=2"]) == 0
    rows = (folder / "projector" / "labels.tsv").read_text(encoding="utf-8").splitlines()
    assert [row.split("\t")[1] for row in rows if row.startswith("evler\t")] == ["ev"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("evler\tevden\tN;ABL\n\n", "unimorph"),
        ("\ufeffevler\tevden\tN;ABL\r\n", "marked.txt"),
        ("evler\tN;ABL\tevden\n", "zpv.dev"),
        ("evler\tevden\tN;ABL\tev|den\n", "segmented.tsv.gz"),
    ],
)
def test_files_with_tags_have_lemmas_and_parts_of_speech(model_dir, tmp_path, capsys, text, name):
    data = text.encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    options = [f"--file={tmp_path / name}", f"--log_dir={tmp_path / 'dev'}"]
    assert main([f"--model_dir={model_dir}", *options]) == 0
    assert "1 word; tensorboard" in capsys.readouterr().out
    rows = (tmp_path / "dev" / "projector" / "labels.tsv").read_text(encoding="utf-8")
    assert rows.splitlines()[1].split("\t") == ["evler", "evler", "N", "-", "N;ABL"]


def test_by_default_the_folder_is_that_of_the_logs_of_the_run(model_dir, tmp_path, capsys):
    shutil.copy(model_dir / "model.keras", tmp_path)
    assert main([f"--model_dir={tmp_path}", f"--file={model_dir / 'examples'}"]) == 0
    folder = tmp_path / "logs" / "dev"
    assert len((folder / "projector" / "latent.tsv").read_text().splitlines()) == 3
    assert capsys.readouterr().out == f"3 words; tensorboard --logdir {folder.parent}\n"

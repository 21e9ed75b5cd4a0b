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

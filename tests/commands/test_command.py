import pytest

from keras_vae_collapse.commands import diagnose, evaluate, inflect, project, sample


@pytest.mark.parametrize("command", [diagnose, evaluate, inflect, project, sample])
@pytest.mark.parametrize("flag", ["--model_dir", "--file"])
def test_a_flag_whose_value_is_two_dashes_has_none(command, flag, capsys):
    words = {"--model_dir": "runs/mine", "--file": "words.tsv", flag: "--"}
    with pytest.raises(SystemExit, match="2"):
        command.arguments().parse_args([f"{name}={value}" for name, value in words.items()])
    assert f"{flag}: expected one argument" in capsys.readouterr().err

import json

import pytest

import zoo
from keras_vae_collapse.commands import train
from keras_vae_collapse.commands.diagnose import main


def test_why_is_in_the_report(model_dir, tmp_path, capsys):
    options = [f"--model_dir={model_dir}", f"--file={model_dir / 'examples'}", "--why"]
    assert main([*options, f"--output_dir={tmp_path}", "--num_samples=2"]) == 0
    assert "\nwhy\n" in capsys.readouterr().out
    explanation = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["explanation"]
    assert explanation["figures"]["relative_weight"] == pytest.approx(1.0, rel=1e-3)
    assert "too_short" not in [cause["name"] for cause in explanation["causes"]]
    assert "<h2>Why</h2>" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_cure_needs_a_run_that_was_explained(tmp_path):
    def answer(run):
        return train.main(zoo, [f"--cure={run}", f"--output_dir={tmp_path / 'cured'}"])

    assert answer(tmp_path / "nowhere").startswith("kvc-train: --cure takes the directory of a run")
    config = {"recipe": zoo.recipe("base").to_config()}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert "says nothing of causes: run kvc-diagnose --why" in answer(tmp_path)
    for text in ("[]", "{", '{"explanation": []}', '{"explanation": {"causes": [{"name": "a"}]}}'):
        (tmp_path / "report.json").write_text(text, encoding="utf-8")
        assert "report.json is damaged" in answer(tmp_path)
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    assert "config.json is damaged" in answer(tmp_path)
    assert not (tmp_path / "cured").exists()

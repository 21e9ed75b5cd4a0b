import json

import keras
import pytest
from small_export import EXAMPLES

from keras_vae_collapse.commands.diagnose import main


@pytest.fixture
def diagnose(model_dir, tmp_path, capsys):
    """`diagnose(...)`: the exit code, what was printed, and what went to standard error."""

    def run(*options, folder=model_dir, file=model_dir / "examples"):
        return main([f"--model_dir={folder}", f"--file={file}", *options]), *capsys.readouterr()

    return run


def test_the_report_is_printed_and_written(diagnose, tmp_path):
    folder = tmp_path / "out"
    options = (f"--output_dir={folder}", f"--json={folder / 'other.json'}", "--num_samples=3")
    code, out, _ = diagnose(*options)
    assert code == 0 and out.startswith("verdict: ")
    value = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert value == json.loads((folder / "other.json").read_text(encoding="utf-8"))
    assert value["figures"]["examples"] == len(EXAMPLES)
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE")
    names = {path.name for path in folder.iterdir()}
    assert names == {"other.json", "report.html", "report.json"}


def test_what_cannot_be_diagnosed_is_refused(diagnose, model_dir, tmp_path):
    def refused(*options, **places):
        code, out, err = diagnose(*options, **places)
        assert code == 1 and not out and err.startswith("diagnose: ")
        return err

    (tmp_path / "empty").mkdir()
    assert "nowhere" in refused(folder=tmp_path / "nowhere")
    assert "model.keras" in refused(folder=tmp_path / "empty")
    (tmp_path / "model.keras").write_bytes((model_dir / "model.keras").read_bytes()[:9_000])
    assert "model.keras" in refused(folder=tmp_path)
    assert "nofile" in refused(file=tmp_path / "nofile")
    for name, content, message in (
        ("blank", "", "blank"),
        ("one", "evler\tpos=N,case=ABL\tevden\n", "at least two"),
    ):
        (tmp_path / name).write_text(content, encoding="utf-8")
        assert message in refused(file=tmp_path / name)
    assert "num_samples=0" in refused("--num_samples=0")
    inputs = keras.Input((2,))
    keras.Model(inputs, keras.layers.Dense(1)(inputs)).save(tmp_path / "model.keras")
    assert "not a SequenceVAE" in refused(folder=tmp_path)


def test_every_option_reaches_the_diagnosis(diagnose, monkeypatch):
    asked = []

    def spy(latent_model, **options):
        asked.append(options)
        raise ValueError("seen enough")

    record = {"steps": 70, "config": {"recipe": {"name": "mdr"}}}
    monkeypatch.setattr("keras_vae_collapse.commands.diagnose.run_record", lambda folder: record)
    monkeypatch.setattr("keras_vae_collapse.diagnostics.diagnose", spy)
    diagnose("--num_samples=5", "--seed=7", "--max_words=9", "--num_examples=2")
    expected = {"num_samples": 5, "seed": 7, "max_rows": 9, "num_examples": 2}
    expected |= {"steps": 70, "recipe": {"name": "mdr"}}
    assert asked[0].items() >= expected.items()


def test_the_explanation_is_of_the_run_and_follows_the_seed(diagnose, monkeypatch):
    asked = []

    def explain_model(task, model, examples, record, seed):
        asked.append((len(examples), record, seed))
        raise ValueError("seen enough")

    record = {"steps": 70, "config": {"recipe": {"name": "mdr"}}}
    monkeypatch.setattr("keras_vae_collapse.commands.diagnose.run_record", lambda folder: record)
    monkeypatch.setattr("keras_vae_collapse.diagnostics.diagnose", lambda *_, **__: None)
    monkeypatch.setattr("keras_vae_collapse.training.why.explain_model", explain_model)
    diagnose("--why", "--seed=7")
    assert asked == [(len(EXAMPLES), record, 7)]


@pytest.mark.parametrize(
    ("config", "elsewhere", "page"),
    [
        ({"recipe": {"name": "mdr"}, "data": {"name": "d"}}, False, "of the run"),
        ({"recipe": {"name": "mdr"}, "data": {"name": "d"}}, True, "of the report"),
        ({"data": {"name": "d"}}, False, "of the report"),
        (None, False, "of the report"),
    ],
)
def test_the_page_is_that_of_the_run_where_there_is_one(
    config, elsewhere, page, diagnose, model_dir, tmp_path, monkeypatch
):
    class Report:
        probes = None

        def to_json(self):
            return '{"verdict": "none"}'

        def to_html(self, command):
            return f"of the report, {command}"

        def to_text(self, command):
            return f"text, {command}"

    monkeypatch.setattr("keras_vae_collapse.diagnostics.diagnose", lambda *_, **__: Report())
    monkeypatch.setattr(
        "keras_vae_collapse.training.report.write_run_page",
        lambda folder: (folder / "report.html").write_text("of the run"),
    )
    record = {"steps": 70} if config is None else {"config": config}
    monkeypatch.setattr("keras_vae_collapse.commands.diagnose.run_record", lambda folder: record)
    run = tmp_path / "run"
    run.mkdir()
    (run / "model.keras").write_bytes((model_dir / "model.keras").read_bytes())
    if config is not None:
        (run / "config.json").write_text("{}")
    folder = tmp_path / "out" if elsewhere else run
    code, out, _ = diagnose(*[f"--output_dir={folder}"] * elsewhere, folder=run)
    command = "kvc-train --data=d" if config else "kvc-train"
    assert code == 0 and out.startswith(f"text, {command}\n\nwritten:\n")
    assert out.endswith(f"written:\n  {folder}/report.json\n  {folder}/report.html\n")
    text = (folder / "report.html").read_text()
    assert text == (page if page == "of the run" else f"of the report, {command}")
    assert json.loads((folder / "report.json").read_text()) == {"verdict": "none"}

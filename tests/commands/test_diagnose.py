"""The commands on a small model directory, in this process."""

import json

import keras
import numpy as np
import pytest

from keras_vae_collapse.commands import diagnose as diagnose_command
from keras_vae_collapse.diagnostics import diagnose
from keras_vae_collapse.layers import GaussianLatent, WordEncoder
from keras_vae_collapse.losses import KLDivergence
from keras_vae_collapse.models import InflectionDecoder
from keras_vae_collapse.tasks.reinflection import Example, ReinflectionVAE, Vocabulary, latent_plots
from keras_vae_collapse.tasks.reinflection.adapter import adapt_reinflection_vae

EXAMPLES = [
    Example(stem + "ler", f"pos=N,case={case}", stem + ending)
    for stem in ("ev", "göl", "çekirdek", "dil", "el")
    for case, ending in (("ABL", "den"), ("ESS", "de"), ("GEN", "in"))
]


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    model = ReinflectionVAE(
        vocabulary,
        encoder=WordEncoder(vocabulary.size, units=8, char_dim=4),
        latent=GaussianLatent(3, rate_term=KLDivergence()),
        decoder=InflectionDecoder(vocabulary.size, units=8, char_dim=4, feature_dim=4),
    )
    return model


@pytest.fixture(scope="module")
def model_dir(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    model.save(folder / "model.keras")
    return folder


@pytest.fixture
def data_file(tmp_path):
    path = tmp_path / "data"
    rows = [f"{e.source}\t{e.features}\t{e.target}\n" for e in EXAMPLES]
    path.write_text("".join(rows), encoding="utf-8")
    return path


def test_adapter_gives_rows_in_order_of_length_with_their_labels(model):
    latent_model = adapt_reinflection_vae(model, EXAMPLES)
    assert len(latent_model) == len(EXAMPLES)
    assert [len(form) for form in latent_model.gold] == sorted(len(e.target) for e in EXAMPLES)
    by_label = {f"{e.source} + {e.features}": e for e in EXAMPLES}
    for row, (label, gold) in enumerate(zip(latent_model.labels, latent_model.gold, strict=True)):
        example = by_label[label]
        assert gold == example.target
        loc, scale = latent_model.encode(latent_model.rows([row]))
        expected_loc, expected_scale = model.encode([example.source])
        np.testing.assert_allclose(loc, expected_loc, atol=1e-6)
        np.testing.assert_allclose(scale, expected_scale, atol=1e-6)
        assert latent_model.decode(np.asarray(loc), latent_model.rows([row])) == model.inflect(
            [example.source], [example.features]
        )


def test_padding_does_not_change_the_log_probability(model):
    latent_model = adapt_reinflection_vae(model, EXAMPLES)
    z = np.zeros((len(EXAMPLES), 3), "float32")
    together = latent_model.log_prob(z, latent_model.inputs)
    alone = [latent_model.log_prob(z[:1], latent_model.rows([row])) for row in range(len(z))]
    np.testing.assert_allclose(together, np.concatenate(alone), rtol=1e-5)


def test_untrained_model_has_collapsed(model):
    report = diagnose(adapt_reinflection_vae(model, EXAMPLES), num_samples=5)
    assert report.verdict == "collapsed"


def test_command_prints_the_report_and_writes_it(model_dir, data_file, tmp_path, capsys):
    other = tmp_path / "out" / "other.json"
    code = diagnose_command.main(
        [
            f"--model_dir={model_dir}",
            f"--file={data_file}",
            "--num_samples=3",
            f"--output_dir={tmp_path / 'out'}",
            f"--json={other}",
        ]
    )
    printed = capsys.readouterr().out
    assert code == 0
    assert printed.startswith("verdict: COLLAPSED")
    value = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert value == json.loads(other.read_text(encoding="utf-8"))
    assert value["figures"]["words"] == len(EXAMPLES)
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "other.json",
        "report.html",
        "report.json",
    ]


def refused(capsys, *arguments):
    assert diagnose_command.main(list(arguments)) == 1
    captured = capsys.readouterr()
    assert not captured.out
    assert captured.err.startswith("diagnose: ")
    return captured.err


def test_command_refuses_what_cannot_be_diagnosed(model_dir, data_file, tmp_path, capsys):
    model, file = f"--model_dir={model_dir}", f"--file={data_file}"
    assert "nowhere" in refused(capsys, f"--model_dir={tmp_path / 'nowhere'}", file)
    (tmp_path / "empty").mkdir()
    assert "model.keras" in refused(capsys, f"--model_dir={tmp_path / 'empty'}", file)
    (tmp_path / "cut").mkdir()
    whole = (model_dir / "model.keras").read_bytes()
    (tmp_path / "cut" / "model.keras").write_bytes(whole[: len(whole) // 2])
    assert "model.keras" in refused(capsys, f"--model_dir={tmp_path / 'cut'}", file)
    assert "nofile" in refused(capsys, model, f"--file={tmp_path / 'nofile'}")
    (tmp_path / "blank").write_text("")
    assert "blank" in refused(capsys, model, f"--file={tmp_path / 'blank'}")
    assert "num_samples=0" in refused(capsys, model, file, "--num_samples=0")
    (tmp_path / "one").write_text("evler\tpos=N,case=ABL\tevden\n", encoding="utf-8")
    assert "at least two rows" in refused(capsys, model, f"--file={tmp_path / 'one'}")


def test_model_without_a_latent_is_refused(data_file, tmp_path, capsys):
    inputs = keras.Input((2,))
    other = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    other.save(tmp_path / "model.keras")
    message = refused(capsys, f"--model_dir={tmp_path}", f"--file={data_file}")
    assert "not a ReinflectionVAE" in message
    with pytest.raises(ValueError, match="Functional.*Describe any other.*by a LatentModel"):
        adapt_reinflection_vae(other, EXAMPLES)


def test_covered_file_is_refused(model):
    with pytest.raises(ValueError, match="without a gold form"):
        adapt_reinflection_vae(model, [Example("evler", "pos=N,case=ABL", None)])


def test_latent_plots_command_draws_two_models(model_dir, tmp_path, capsys):
    lemmas = tmp_path / "task1"
    rows = [f"{e.source[:-3]}\t{e.features}\t{e.target}\n" for e in EXAMPLES]
    lemmas.write_text("".join(rows), encoding="utf-8")
    output = tmp_path / "latents.png"
    arguments = [f"--lemma_file={lemmas}", f"--output={output}"]
    assert latent_plots.main([f"--model_dirs={model_dir},{model_dir}/.", *arguments]) == 0
    printed = capsys.readouterr().out
    assert printed.count("nearest neighbour has the lemma") == 2
    assert output.read_bytes().startswith(b"\x89PNG")
    assert latent_plots.main([f"--model_dirs={tmp_path / 'none'}", *arguments]) == 1
    assert "none" in capsys.readouterr().err

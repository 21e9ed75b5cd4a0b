import numpy as np
import pytest
from small_export import EXAMPLES

from keras_vae_collapse.commands.latent_plots import choose_forms, encode_forms, main


def test_whole_lemmas_are_chosen_within_the_limit():
    lemmas = {f"form{i}": f"lemma{i // 4}" for i in range(40)} | {"alone": "alone"}
    forms = choose_forms(lemmas, max_words=10, seed=0)
    assert len(forms) == 8
    assert len({lemmas[form] for form in forms}) == 2
    assert "alone" not in choose_forms(lemmas, max_words=1000, seed=0)
    assert forms == choose_forms(lemmas, max_words=10, seed=0)


def test_samples_follow_the_posterior_and_means_are_exact():
    class Model:
        latent = None  # of no kind of its own

        def encode(self, forms):
            return np.ones((len(forms), 3)), np.full((len(forms), 3), 2.0)

    forms = ["a"] * 10_000
    np.testing.assert_array_equal(encode_forms(Model(), forms), np.ones((10_000, 3)))
    z = encode_forms(Model(), forms, seed=0)
    assert abs(z.mean() - 1) < 5 * 2 / np.sqrt(z.size)
    assert abs(z.std() - 2) < 5 * 2 / np.sqrt(2 * z.size)


def test_the_command_draws_two_models(model_dir, tmp_path, capsys):
    lemmas, output = tmp_path / "task1", tmp_path / "latents.png"
    rows = [f"{e.source[:2]}{end}\tpos=N\t{e.source}{end}\n" for e in EXAMPLES for end in "abcde"]
    lemmas.write_text("".join(rows), encoding="utf-8")
    arguments = [f"--lemma_file={lemmas}", f"--output={output}"]
    assert main([f"--model_dirs={model_dir},{model_dir}/.", *arguments]) == 0
    out = capsys.readouterr().out
    assert out.count("nearest neighbour has the lemma") == 2 and out.endswith(f"\n{output}\n")
    # Two folders of one name are told apart by how they were given.
    assert out.startswith(f"{model_dir}: nearest") and f"\n{model_dir}/.: nearest" in out
    assert output.read_bytes().startswith(b"\x89PNG")
    assert main([f"--model_dirs={tmp_path / 'none'}", *arguments]) == 1
    assert "none" in capsys.readouterr().err


@pytest.mark.parametrize("flags", [[], ["--means"]])
def test_samples_are_drawn_unless_means_are_asked_for(
    model, model_dir, tmp_path, monkeypatch, flags
):
    (tmp_path / "task1").write_text("ev\tpos=N\tevler\nev\tpos=N\tevde\n", encoding="utf-8")
    drawn = []

    def plot_latents(latents, labels, *_, **__):
        drawn.extend(latents.values())
        assert labels == ["ev"] * len(drawn[0])
        return {}

    monkeypatch.setattr("keras_vae_collapse.diagnostics.plot_latents", plot_latents)
    files = [f"--lemma_file={tmp_path / 'task1'}", f"--output={tmp_path / 'x.png'}"]
    assert main([f"--model_dirs={model_dir}", *files, *flags]) == 0
    means, _ = model.encode(["ev", "evde", "evler"])
    assert np.allclose(drawn[0], means, atol=1e-5) == bool(flags)


def test_the_forms_that_are_drawn_fill_the_limit_and_follow_the_seed():
    lemmas = {f"form{i}": f"lemma{i // 4}" for i in range(40)} | {"a": "pair", "b": "pair"}
    assert len(choose_forms(lemmas, max_words=8, seed=0)) == 8
    assert sorted(choose_forms(lemmas, max_words=42, seed=0)) == sorted(lemmas)
    assert {"a", "b"} <= set(choose_forms(lemmas, max_words=2, seed=0))
    drawn = {tuple(choose_forms(lemmas, max_words=8, seed=seed)) for seed in range(5)}
    assert len(drawn) > 1

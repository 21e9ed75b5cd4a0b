import pytest

from keras_vae_collapse.tasks.text import diversity
from keras_vae_collapse.tasks.text.diversity import distinct_n, sample_figures


def test_different_ngrams_are_counted_over_all_texts():
    texts = ["a b a b", "b a", "c", ""]
    assert distinct_n(texts, 1) == pytest.approx(3 / 7)
    assert distinct_n(texts, 2) == pytest.approx(2 / 4)
    assert distinct_n(texts, 5) == distinct_n([], 1) == 0.0
    with pytest.raises(ValueError, match="`n` must"):
        distinct_n(texts, 0)


def test_self_bleu_looks_at_the_first_hundred(monkeypatch):
    pytest.importorskip("sacrebleu")
    seen = []
    monkeypatch.setattr(diversity, "self_bleu", lambda texts: seen.append(texts) or 7.0)
    texts = [f"{i} x" for i in range(500)]
    figures = sample_figures(texts)
    assert seen == [texts[:100]] and figures["self_bleu"] == 7.0
    assert figures["distinct_1"] == pytest.approx(501 / 1000) and figures["distinct_2"] == 1.0


def test_without_sacrebleu_there_is_no_self_bleu(monkeypatch):
    monkeypatch.setattr(diversity, "installed", lambda: False)
    assert set(sample_figures(["a b", "c d"])) == {"distinct_1", "distinct_2"}

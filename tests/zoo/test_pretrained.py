"""Every trained model of the zoo is what its card says."""

import json

import pytest

import zoo
from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.tasks.reinflection import read_examples
from zoo import pretrained_models, publish
from zoo.publish import LARGEST, sample_figures


@pytest.fixture(scope="module", params=zoo.pretrained())
def published(request):
    """`(model, what its metrics.json holds, its folder)` of each trained model."""
    folder = pretrained_models.FOLDER / request.param
    record = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    return zoo.load(request.param), record, folder


def test_it_is_small_and_has_a_card(published):
    _, record, folder = published
    assert (folder / "model.keras").stat().st_size < LARGEST
    card = (folder / "card.md").read_text(encoding="utf-8")
    assert card.startswith(f"# {folder.name}\n") and record["sha256"] in card
    # Also when a recipe changes: `python -m zoo.publish --cards`.
    assert card == publish.card(folder.name, record)
    assert zoo.pretrained()[folder.name] == record["summary"]


def test_it_answers_the_stored_sample_as_its_card_says(published):
    model, record, _ = published
    assert record["sample"]["rows"] >= 30
    assert sample_figures(model, record["config"]["data"]["language"]) == record["sample"]


def test_it_answers_its_development_file_as_its_card_says(published, sigmorphon2016_dir):
    model, record, _ = published
    data = record["config"]["data"]
    rows = read_examples(sigmorphon2016_dir / f"{data['language']}-task{data['task']}-dev")
    forms = model.inflect([e.source for e in rows], [e.features for e in rows])
    right = sum(form == e.target for form, e in zip(forms, rows, strict=True))
    # A word or two may turn on the rounding of another processor.
    assert abs(right - record["dev"]["accuracy"] * len(rows)) <= 2


def test_samples_share_no_row_with_the_shared_task(sigmorphon2016_dir):
    for path in sorted(pretrained_models.SAMPLES.glob("*.tsv")):
        known = {
            form
            for file in sigmorphon2016_dir.glob(f"{path.stem}-task3-*")
            for e in read_examples(file)
            for form in (e.source, e.target)
        }
        rows = read_examples(path)
        if path.stem != "turkish":  # real nouns, inflected by our grammar
            assert not known & {form for e in rows for form in (e.source, e.target)}
        assert len(rows) == len(set(rows)) >= 30


@pytest.mark.slow
def test_several_models_inflect_together():
    together = zoo.load(["turkish-best", "turkish-best-added"])
    assert together.inflect(["kitaplar"], ["pos=N,case=ABL,num=SG"]) == ["kitaptan"]
    with pytest.raises(RunError, match="no pretrained model 'nobody'"):
        zoo.load(["turkish-best", "nobody"])

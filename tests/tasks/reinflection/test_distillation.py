import pytest

from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.reinflection import Example
from keras_vae_collapse.tasks.reinflection.distillation import distillation
from keras_vae_collapse.training import RecipeError

EXAMPLES = [
    Example("evler", "case=ABL", "evden"),
    Example("gözler", "case=ABL", "gözden"),
    Example("gözden", "case=DAT", "göze"),
]


class Model:
    """A teacher that knows the datives of one word, and none of the other's."""

    answers = {"evler": "eve", "evden": "eve"}

    def inflect(self, sources, features):
        self.asked = set(zip(sources, features, strict=True))
        return [self.answers.get(source, "") for source in sources]


def test_every_form_of_a_word_gets_the_answer_on_which_its_forms_agree():
    model = Model()
    made = distillation(EXAMPLES, model.inflect)
    assert made == [Example("evler", "case=DAT", "eve"), Example("evden", "case=DAT", "eve")]
    # Asked are known forms of the word that has no dative.
    assert model.asked == {("evler", "case=DAT"), ("evden", "case=DAT")}


def test_forms_that_do_not_agree_teach_nothing():
    model = Model()
    model.answers = {"evler": "eve", "evden": "evi"}
    assert distillation(EXAMPLES, model.inflect) == []


def test_what_is_given_is_not_made_again():
    examples = [*EXAMPLES, Example("evler", "case=DAT", "eve")]
    assert distillation(examples, Model().inflect) == []


@pytest.mark.parametrize("option", [{"labels": 0}, {"voters": 1}, {"seed": -1}])
def test_impossible_options_are_refused(option):
    with pytest.raises(ValueError, match=f"`{next(iter(option))}`"):
        distillation(EXAMPLES, Model().inflect, **option)


def test_a_recipe_names_it():
    task = ReinflectionTask.from_examples(EXAMPLES, [])
    made = task.further_examples({"class": "Distillation", "labels": 3}, Model())
    assert [e.target for e in made] == ["eve", "eve"]
    with pytest.raises(RecipeError, match="Did you mean 'Distillation'"):
        task.further_examples({"class": "Distilation"}, Model())

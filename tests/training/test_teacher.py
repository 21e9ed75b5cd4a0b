"""What a finished round gives the next."""

import numpy as np
import pytest
from training_runs import tiny

from keras_vae_collapse.core.files import write_json
from keras_vae_collapse.distribute import Cluster, make_strategy
from keras_vae_collapse.runs import load_model
from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.reinflection import Example
from keras_vae_collapse.training import RecipeError, train
from keras_vae_collapse.training import teacher as teacher_module
from keras_vae_collapse.training.rounds import check_members, plan_rounds, round_options
from keras_vae_collapse.training.teacher import Teacher

TASK = ReinflectionTask.from_examples(
    [
        Example("evler", "case=ABL", "evden"),
        Example("göz", "case=ABL", "gözden"),
        Example("gözden", "case=DAT", "göze"),
    ],
    [],
)


def recipe(**options):
    examples = {"class": "BackTranslation", "labels": 5}
    options = {"teachers": 1, "teacher_epochs": 2, "examples": examples, **options}
    return tiny("best").replace(rounds=options)


class Model:
    """A model that knows one form of one word."""

    def __init__(self, answer="eve"):
        self.answer = answer

    def inflect(self, sources, features):
        return [self.answer if source.startswith("ev") else "" for source in sources]

    def get_weights(self):
        return [np.array([1.5, -0.0], "float32"), np.array(7, "int64")]


@pytest.fixture
def teacher(tmp_path, monkeypatch):
    """`teacher(model, number, **metrics)`: the `Teacher` of a finished round, its loads counted."""

    def make(model=None, number=1, **metrics):
        monkeypatch.setattr(
            teacher_module, "load_model", lambda path: loaded.append(path) or model or Model()
        )
        rounds = plan_rounds(recipe(teachers=number), tmp_path, 9)
        found = {"dev": {"accuracy": 0.5}, "epochs": 2, "training_minutes": 1.5, **metrics}
        write_json(rounds[number - 1].directory / "metrics.json", found)
        return Teacher(rounds[number - 1], TASK, Cluster(make_strategy("single")))

    loaded = make.loaded = []
    return make


def test_examples_are_made_once_and_read_when_a_run_goes_on(teacher):
    first = teacher().examples(recipe(), seed=0)
    assert [(e.source, e.features, e.target) for e in first] == [("eve", "case=ABL", "evden")]
    assert teacher().examples(recipe(), seed=0) == first
    assert len(teacher.loaded) == 1


def test_members_answer_together_with_the_teacher(teacher, monkeypatch):
    asked = []
    monkeypatch.setattr(TASK, "ensemble", lambda models: asked.append(len(models)) or Model())
    made = teacher().examples(recipe(members=["runs/one", "runs/two"]), seed=0)
    assert asked == [3] and [e.source for e in made] == ["eve"]
    assert teacher.loaded[1:] == ["runs/one", "runs/two"]
    with pytest.raises(RecipeError, match="`rounds.members` must be a list"):
        round_options(recipe(members="runs/one"))


@pytest.mark.parametrize("number", [1, 2])
def test_each_teacher_is_asked_for_other_things(teacher, monkeypatch, number):
    seeds = []

    def further_examples(part, model, seed, verbose):
        seeds.append(seed)
        return []

    monkeypatch.setattr(TASK, "further_examples", further_examples)
    teacher(number=number).examples(recipe(), seed=5)
    assert seeds == [4 + number]


def test_a_teacher_that_knows_nothing_adds_nothing(teacher):
    for _ in range(2):
        assert teacher(Model(answer="")).examples(recipe(), seed=0) == []


def test_the_weights_are_those_of_the_teacher(teacher):
    for found, expected in zip(teacher().weights(), Model().get_weights(), strict=True):
        assert found.dtype == expected.dtype and found.tobytes() == expected.tobytes()


class Worker:
    """A cluster as one that is not its chief sees it, with a message from the chief."""

    is_chief = False

    def __init__(self, message):
        self.message = message

    def from_chief(self, compute):
        """Here nothing is computed."""

    def bytes_from_chief(self, data):
        assert data == b""
        return self.message


def test_a_worker_without_the_chief_s_files_has_its_examples(tmp_path):
    """No file system need be shared, and none of the worker's is left behind."""
    TASK.write_examples(tmp_path / "there", TASK.train_examples)
    (round_, _) = plan_rounds(recipe(), tmp_path / "here", 9)
    told = Teacher(round_, TASK, Worker((tmp_path / "there").read_bytes()))
    words = [(e.source, e.features, e.target) for e in told.examples(recipe(), seed=0)]
    assert words == [(e.source, e.features, e.target) for e in TASK.train_examples]
    assert not round_.directory.exists()


def test_the_record_of_a_teacher_has_that_of_its_own(teacher):
    record = teacher().record(pairs=3)
    assert record == {"accuracy": 0.5, "epochs": 2, "training_minutes": 1.5, "pairs": 3}
    own = {"accuracy": 0.4, "training_minutes": 2.0}
    record = teacher(number=2, teacher=own).record(pairs=3)
    assert record["training_minutes"] == 3.5 and record["teacher"] == own


def test_members_must_be_there_before_anything_is_trained(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "model.keras").write_bytes(b"")
    check_members(recipe(members=[str(tmp_path / "one")]))
    with pytest.raises(RecipeError, match="must be run directories.*Received: '.*two'"):
        check_members(recipe(members=[str(tmp_path / "one"), str(tmp_path / "two")]))


@pytest.mark.slow
def test_a_student_learns_what_its_teacher_and_another_model_say_together(tiny_run, tmp_path):
    rounds = {
        "teachers": 1, "teacher_epochs": 1, "members": [str(tiny_run.directory.path)],
        "examples": {"class": "Distillation", "labels": 2},
    }  # fmt: skip
    few = {"epoch_steps": 5, "rate_nats": 8}
    task = ReinflectionTask(tiny_run.directory.path.parent / "data")
    run = train(tiny("best", **few).replace(rounds=rounds), task, tmp_path / "run", epochs=1,
                export=False, verbose=0)  # fmt: skip
    path = run.directory.path / "round-1" / "further-examples.tsv"
    made = task.read_examples(path)
    members = [load_model(run.directory.path / "round-1"), load_model(tiny_run.directory.path)]
    answers = task.ensemble(members).inflect([e.source for e in made], [e.features for e in made])
    assert run.metrics["teacher"]["pairs"] == len(made)
    agreed = sum(e.target == answer for e, answer in zip(made, answers, strict=True))
    assert agreed >= len(made) / 2

import pytest

import zoo
from keras_vae_collapse.commands.train import arguments
from keras_vae_collapse.commands.train_checks import check_flags, chosen_options, chosen_task
from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.tasks import registry
from keras_vae_collapse.training import TrainingOptions


@pytest.mark.parametrize(
    ("words", "epochs", "max_minutes"),
    [
        ([], 12, None),  # so many steps on every machine
        (["--epochs=3"], 3, None),
        (["--max_minutes=2"], None, 2.0),
        (["--set=epochs=5"], None, None),
        (["--data=sigmorphon2016"], None, None),
    ],
)
def test_the_demo_trains_a_number_of_epochs_unless_one_says_otherwise(words, epochs, max_minutes):
    values = arguments()
    values(["kvc-train", *words])
    options = chosen_options(values)
    assert (options.epochs, options.max_minutes) == (epochs, max_minutes)


@pytest.mark.parametrize(("terminal", "asked", "verbose"), [
    (True, [], 1), (False, [], 2), (False, ["--verbose=0"], 0), (True, ["--verbose=2"], 2),
])  # fmt: skip
def test_a_bar_is_for_a_terminal(monkeypatch, terminal, asked, verbose):
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    values = arguments()
    values(["kvc-train", *asked])
    assert chosen_options(values).verbose == verbose


def test_every_flag_of_a_training_reaches_it():
    values = arguments()
    values([
        "kvc-train", "--epochs=3", "--seed=4", "--strategy=mirrored", "--logical_cpus=2",
        "--resume", "--overwrite", "--max_minutes=2", "--held_out=0.25", "--verbose=0",
    ])  # fmt: skip
    assert chosen_options(values) == TrainingOptions(
        epochs=3, seed=4, strategy="mirrored", logical_cpus=2, resume=True, overwrite=True,
        max_minutes=2.0, held_out=0.25, verbose=0,
    )  # fmt: skip


def test_the_folder_of_a_run_is_looked_at_before_unless_the_chief_alone_may(tmp_path, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", "{}")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "config.json").write_text("{}")

    def check(folder, *flags):
        values = arguments()
        values(["kvc-train", *flags])
        check_flags(values, tmp_path / folder)

    with pytest.raises(ValueError, match="there is no run in"):
        check("new", "--resume")
    with pytest.raises(RunError, match="already holds a run"):
        check("used")
    for folder, *flags in (["new"], ["used", "--resume"], ["used", "--overwrite"]):
        check(folder, *flags)
    for folder, *flags in (["new", "--resume"], ["used"]):
        check(folder, "--strategy=multiworker", *flags)


def test_every_flag_of_the_data_reaches_the_task(monkeypatch):
    monkeypatch.setattr(registry, "reinflection_task", lambda recipe, *given: given)
    monkeypatch.setattr(registry, "text_task", lambda recipe, *given: given)
    shared, recipe = ["kvc-train", "--data=d", "--dev=f"], zoo.recipe("mdr")
    values = arguments()
    values([*shared, "--language=l", "--task=3", "--added_tasks=1", "--added_tasks=2",
            "--unlabeled=a,b"])  # fmt: skip
    assert chosen_task(values, recipe) == ("d", "l", 3, [1, 2], "f", ["a", "b"])
    values = arguments()
    values([*shared, "--task=text"])
    assert chosen_task(values, recipe) == ("d", "f")


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "--strategy=multiworker needs TF_CONFIG in the environment, or a Slurm job step"),
        ({"TF_CONFIG": "{"}, "--strategy=multiworker: TF_CONFIG is no JSON"),
        ({"TF_CONFIG": "{"} | {"SLURM_STEP_NODELIST": "a"}, "TF_CONFIG is no JSON"),
        ({"TF_CONFIG": "{}"}, None),
        ({"SLURM_STEP_NODELIST": "node1"}, None),
    ],
)
def test_several_processes_need_a_cluster_that_can_be_read(environment, message, monkeypatch):
    for name in ("TF_CONFIG", "SLURM_STEP_NODELIST"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    values = arguments()
    values(["kvc-train", "--strategy=multiworker", "--max_minutes=3"])
    if message is None:
        check_flags(values, "a folder that is not looked at")
    else:
        with pytest.raises(ValueError, match=message):
            check_flags(values, "a folder that is not looked at")


@pytest.mark.parametrize("value", ["inf", "nan"])
def test_an_endless_limit_is_none(value, tmp_path):
    values = arguments()
    values(["kvc-train", f"--max_minutes={value}"])
    with pytest.raises(ValueError, match=f"must be a finite number; .*--max_minutes={value}"):
        check_flags(values, tmp_path / "new")


def test_cpus_are_divided_for_a_mirrored_strategy_alone(tmp_path):
    for strategy, refused in (("mirrored", False), ("auto", True), ("single", True)):
        values = arguments()
        values(["kvc-train", "--logical_cpus=2", f"--strategy={strategy}"])
        if refused:
            with pytest.raises(ValueError, match=f"--logical_cpus=2 --strategy={strategy}"):
                check_flags(values, tmp_path / "new")
        else:
            check_flags(values, tmp_path / "new")

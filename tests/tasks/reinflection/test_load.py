import pytest
from training_runs import write_data

from keras_vae_collapse.tasks.reinflection import load_data


def words(examples):
    return {word for e in examples for word in e.words}


@pytest.fixture(scope="module")
def demo():
    return load_data("demo")


def test_no_word_of_the_demo_is_in_both_parts(demo):
    train, dev = demo
    assert (len(train), len(dev)) == (30_000, 1_000)
    assert not words(train) & words(dev)


def test_added_tasks_add_training_examples_alone(demo):
    (train, dev), (more, same) = demo, load_data("demo", added_tasks=[1])
    assert more[: len(train)] == train and len(more) > len(train) and same == dev
    assert not words(more) & words(dev)


def test_each_part_of_a_directory_has_the_rows_of_its_own_file(tmp_path):
    folder = write_data(tmp_path)
    for part, split in zip(load_data(folder), ("train", "dev"), strict=True):
        rows = [f"{e.source}\t{e.features}\t{e.target}\n" for e in part]
        assert "".join(rows) == (folder / f"turkish-task3-{split}").read_text(encoding="utf-8")

import gzip
import io
import itertools
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from training_runs import tiny

from keras_vae_collapse.tasks import TextTask
from keras_vae_collapse.tasks.data_errors import DataError, DataWarning
from keras_vae_collapse.tasks.text import Sentence, sentence_store, stored_sentences
from keras_vae_collapse.tasks.text.stored_sentences import StoredIds
from keras_vae_collapse.tasks.text.subwords import installed
from keras_vae_collapse.training import train
from keras_vae_collapse.training.batch_plan import BatchPlan
from keras_vae_collapse.training.pipeline import training_dataset

WORDS = [f"word{i}" for i in range(40)]
UNITS = [
    "words",
    "characters",
    pytest.param(
        "subwords", marks=pytest.mark.skipif(not installed(), reason="tokenizers is not there")
    ),
]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_VAE_COLLAPSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "sentences"


@pytest.fixture
def data(tmp_path):
    rng = np.random.default_rng(0)
    lines = [" ".join(rng.choice(WORDS, rng.integers(1, 9))) for _ in range(300)]
    path = tmp_path / "some.txt"
    path.write_text("".join(f"{line}\n" for line in [*lines, "", *lines[:20]]))
    return path


@pytest.mark.parametrize("tokens", UNITS)
@pytest.mark.parametrize("given", [False, True])
def test_all_is_as_in_memory(data, tmp_path, tokens, given):
    dev = tmp_path / "dev.txt" if given else None
    if given:
        dev.write_text("word1 word2\nword3 new\n")
    options = {"dev": dev, "tokens": tokens, "vocabulary_limit": 30}
    here, stored = (TextTask(data, **options, stream=stream) for stream in (False, True))
    assert stored.vocabulary == here.vocabulary and stored.options == here.options
    assert stored.description() == here.description()
    assert [(s.text, s.place) for s in stored.dev_examples] == [
        (s.text, s.place) for s in here.dev_examples
    ]
    of_memory, of_disk = (task.encode(task.train_examples) for task in (here, stored))
    np.testing.assert_array_equal(of_disk["source"][:], of_memory["source"])
    plans = [BatchPlan.of(arrays, 16, seed=3) for arrays in (of_memory, of_disk)]
    streams = [
        itertools.islice(training_dataset(arrays, plan, start_step=5).as_numpy_iterator(), 30)
        for arrays, plan in zip((of_memory, of_disk), plans, strict=True)
    ]
    for expected, batch in zip(*streams, strict=True):
        for name in ("source", "target"):
            np.testing.assert_array_equal(batch[name], expected[name], strict=True)


def test_a_sentence_of_the_disk_is_text_again_but_for_what_is_unknown(data):
    task = TextTask(data, vocabulary_limit=39, stream=True)
    here = TextTask(data, vocabulary_limit=39, stream=False).train_examples
    (rare,) = set(WORDS) - set(task.vocabulary.tokens)
    texts = [sentence.text.replace(rare, "<unk>") for sentence in here]
    assert [sentence.text for sentence in task.train_examples] == texts
    assert task.train_examples[-2:] == [Sentence(text) for text in texts[-2:]]
    assert len(task.train_examples) == len(here)


def test_what_has_been_read_is_not_read_again(data, cache, monkeypatch):
    first = TextTask(data, stream=True)
    (folder,) = cache.iterdir()

    def fail(*_):
        raise AssertionError("read again")

    with monkeypatch.context() as patched:
        patched.setattr(sentence_store, "stream_sentences", fail)
        again = TextTask(data, stream=True)
    assert again.description() == first.description()
    assert [p.name for p in sorted(folder.iterdir())] == ["about.json", "ends.npy", "ids.int32"]


def test_other_settings_or_contents_are_read(data, cache):
    for options in ({}, {"tokens": "characters"}, {"vocabulary_limit": 5}, {"length_limit": 50}):
        TextTask(data, stream=True, **options)
    assert len(list(cache.iterdir())) == 4
    data.write_text(data.read_text().replace("word1", "wurd1"))
    assert "wurd1" in TextTask(data, stream=True).vocabulary.tokens
    assert len(list(cache.iterdir())) == 5


def test_what_is_too_long_is_counted_every_time(data):
    messages = []
    for stream in (False, True, True):
        with pytest.warns(DataWarning) as warned:
            TextTask(data, length_limit=5, stream=stream)
        messages.append([str(w.message) for w in warned])
        assert {w.filename for w in warned} == {__file__}
    assert messages[0] == messages[1] == messages[2] and len(messages[0]) == 2
    with pytest.raises(DataError, match="too few training sentences are left"):
        TextTask(data, tokens="characters", length_limit=1, stream=True)


@pytest.mark.filterwarnings("ignore:.*sentences have more than 2 words")
def test_two_development_sentences_are_left_at_least(data, tmp_path):
    dev = tmp_path / "dev.txt"
    for short in (2, 1):
        dev.write_text("word1 word2\n" * short + "word1 word2 word3\n")
        if short == 2:
            task = TextTask(data, dev=dev, length_limit=2, stream=True)
            assert [s.text for s in task.dev_examples] == ["word1 word2"] * 2
    with pytest.raises(DataError, match="too few development sentences are left: 1 of 2"):
        TextTask(data, dev=dev, length_limit=2, stream=True)


def test_what_is_held_out_is_said_every_time_and_where_the_ids_are_once(data, cache, caplog):
    caplog.set_level("INFO")
    said = []
    for stream in (False, True, True):
        caplog.clear()
        task = TextTask(data, stream=stream)
        said.append(caplog.messages[:])
    place = f"{data}: its sentences are kept as ids in {next(cache.iterdir())}"
    held_out = f"{data}: without a development file (--dev=FILE) {len(task.dev_examples)} of 320"
    assert said[1] == [place, *said[2]] and said[0] == said[2]
    assert [line.startswith(held_out) for line in said[0]] == [True]
    caplog.clear()
    TextTask(data, dev=data, stream=True)
    assert "held out" not in caplog.text


def test_the_same_content_at_another_place_is_another_corpus(data, tmp_path):
    other = tmp_path / "other.txt"
    other.write_bytes(data.read_bytes())
    for path in (data, other):
        assert {s.path for s in TextTask(path, stream=True).dev_examples} == {str(path)}


def test_too_few_sentences_are_refused_as_in_memory(data):
    data.write_text("one\ntwo\none\n")
    messages = []
    for stream in (False, True):
        with pytest.raises(DataError, match="2 different sentences, the first 'one'") as error:
            TextTask(data, stream=stream)
        messages.append(str(error.value))
    assert messages[0] == messages[1]


@pytest.mark.filterwarnings("ignore:1 of 52 development sentences")
def test_ten_thousand_words_and_sentences_of_two_hundred_are_kept_by_default(data):
    words = [str(number) for number in range(10_001)]
    lines = [" ".join(words[start : start + 200]) for start in range(0, 10_001, 200)]
    data.write_text("".join(f"{line}\n" for line in [*lines, "long " * 201]))
    with pytest.warns(DataWarning, match="1 of 52 training sentences have more than 200 words"):
        corpus = sentence_store.stored_corpus(data, dev=data)
    assert len(corpus.vocabulary.tokens) == 10_000 and corpus.vocabulary.max_length == 200
    assert len(corpus.train) == len(corpus.dev) == 51


def test_ids_are_kept_in_the_cache_of_the_user_by_default(monkeypatch):
    import pooch

    monkeypatch.setattr(pooch, "os_cache", lambda name: f"/home/{name}")
    given = os.environ["KERAS_VAE_COLLAPSE_CACHE"]
    assert str(sentence_store.cache_folder()) == f"{given}/sentences"
    monkeypatch.delenv("KERAS_VAE_COLLAPSE_CACHE")
    assert str(sentence_store.cache_folder()) == "/home/keras_vae_collapse/sentences"


def test_a_reading_that_fails_leaves_nothing(data, cache):
    data.write_bytes(data.read_bytes() + b"\xff\n")
    with pytest.raises(DataError, match="line 322: byte 0xff"):
        TextTask(data, stream=True)
    assert not list(cache.iterdir())


def test_a_packed_file_and_a_directory_are_read(data, tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.train.txt.gz").write_bytes(gzip.compress(data.read_bytes()))
    (folder / "a.valid.txt").write_text("word1\nword2 word3\n")
    stored, here = (TextTask(folder, stream=stream) for stream in (True, False))
    assert stored.description() == here.description()


def test_large_files_stay_on_the_disk(data, monkeypatch):
    assert sentence_store._LARGE == 64 * 1024 * 1024 and not sentence_store.is_large(data)
    assert isinstance(TextTask(data).train_examples, list)
    monkeypatch.setattr(sentence_store, "_LARGE", data.stat().st_size - 1)
    assert sentence_store.is_large(data) and not sentence_store.is_large("demo")
    assert not isinstance(TextTask(data).train_examples, list)
    monkeypatch.setattr(sentence_store, "_LARGE", data.stat().st_size)
    assert not sentence_store.is_large(data)
    packed = data.with_suffix(".gz")
    packed.write_bytes(gzip.compress(data.read_bytes()))
    size = packed.stat().st_size
    for limit, large in ((4 * size - 1, True), (4 * size, False)):
        monkeypatch.setattr(sentence_store, "_LARGE", limit)
        assert sentence_store.is_large(packed) == large


def test_a_pipe_is_read_once(data, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data.read_bytes(),))
    writer.start()
    sha256 = TextTask(pipe).description()["sha256"]
    writer.join()
    assert sha256 == TextTask(data).description()["sha256"]
    assert isinstance(TextTask("demo", stream=True).train_examples, list)


def test_a_file_that_was_cut_is_an_error(tmp_path):
    path = tmp_path / "ids"
    np.arange(5, dtype="<i4").tofile(path)
    ids = StoredIds(path, np.array([2, 2, 5]))
    assert ids[[2, 0, 1]].tolist() == [[2, 3, 4], [0, 1, 0], [0, 0, 0]]
    assert (len(ids), ids.shape, ids.lengths.tolist()) == (3, (3, 3), [2, 0, 3])
    with pytest.raises(OSError, match="shorter than it was"):
        StoredIds(path, np.array([6]))[:]


def test_no_row_is_an_empty_array(tmp_path):
    (tmp_path / "ids").touch()
    ids = StoredIds(tmp_path / "ids", np.zeros(0, "int64"))
    assert ids.shape == ids[:].shape == (0, 0) and ids[:].dtype == np.int32


def test_a_file_that_gives_fewer_bytes_than_it_is_asked_for_is_read_on(tmp_path, monkeypatch):
    class Slow(io.BytesIO):
        def read(self, count):
            return super().read(min(count, 5))

    stored = np.array([7, 8, 9, 4, 5], "<i4").tobytes()
    monkeypatch.setattr(stored_sentences, "open", lambda *_, **__: Slow(stored), raising=False)
    assert StoredIds("ids", np.array([3, 5]))[[1, 0]].tolist() == [[4, 5, 0], [7, 8, 9]]


def test_sentences_are_taken_from_either_end(data):
    sentences = TextTask(data, stream=True).train_examples
    texts = [sentence.text for sentence in sentences]
    assert (sentences[0].text, sentences[-1].text) == (texts[0], texts[-1])
    assert [sentence.text for sentence in sentences[5:1:-2]] == [texts[5], texts[3]]
    with pytest.raises(IndexError):
        sentences[len(texts)]


@pytest.mark.slow
def test_a_training_from_the_disk_gives_the_same_figures(data, tmp_path):
    figures = []
    for name, stream in (("here", False), ("there", True)):
        run = train(
            tiny("mdr", rate_nats=4),
            TextTask(data, stream=stream),
            tmp_path / name,
            epochs=2,
            verbose=0,
            export=False,
        )
        figures.append(run.metrics["dev"])
    assert figures[0] == figures[1]


_MEMORY = """
import resource, sys
from keras_vae_collapse.tasks import TextTask
from keras_vae_collapse.training.batch_plan import BatchPlan

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

before = peak()
task = TextTask(sys.argv[1], vocabulary_limit=2000, stream=True)
arrays = task.encode(task.train_examples)
count = len(task.train_examples)
plan = BatchPlan.of(arrays, 64, seed=0)
for rows in plan.batches(0)[:2000]:
    batch = arrays["source"][rows]
print(count, (peak() - before) / count)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in KiB on Linux alone")
def test_memory_does_not_grow_with_the_length_of_sentences(tmp_path):
    """Strings of 240 bytes would take 350 bytes a sentence, padded ids 160 more."""
    path, count = tmp_path / "large.txt", 100_000
    rng = np.random.default_rng(0)
    with open(path, "w") as file:
        for block in rng.integers(0, 1000, (count // 1000, 1000, 40)):
            file.writelines(" ".join(f"w{i:04d}" for i in row) + "\n" for row in block.tolist())
    run = [sys.executable, "-c", _MEMORY, str(path)]
    result = subprocess.run(run, capture_output=True, text=True, check=True)
    sentences, each = map(float, result.stdout.split())
    # 8 of each place, hash, and number in a permutation, 4 of a length, and copies of some; and
    # 20 MB for all else.
    assert sentences == count - 1000 and each < 60 + 20e6 / count

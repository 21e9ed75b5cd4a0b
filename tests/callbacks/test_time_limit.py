import pytest
from small_model import X, make_model

from keras_vae_collapse.callbacks import TimeLimit, time_limit


@pytest.fixture
def now(monkeypatch):
    """A clock set by hand, in seconds."""
    clock = {"seconds": 1000.0}
    monkeypatch.setattr(time_limit.time, "monotonic", lambda: clock["seconds"])
    return clock


def test_time_before_a_resume_counts(now):
    limit = TimeLimit(max_minutes=2.0)
    limit.resume(100.0)
    assert not limit.expired
    now["seconds"] += 19.0
    assert limit.elapsed_seconds == 119.0 and not limit.expired
    now["seconds"] += 2.0
    assert limit.expired


def test_time_between_two_fits_does_not_count(now):
    limit = TimeLimit(max_minutes=2.0)
    for trained in (50.0, 100.0):
        now["seconds"] += 1e4
        limit.on_train_begin()
        now["seconds"] += 50.0
        limit.on_train_batch_end(0)  # the last that is seen of a `fit` that an exception ends
        assert limit.elapsed_seconds == trained and not limit.expired


def test_what_the_end_of_an_epoch_takes_counts(now):
    limit = TimeLimit(max_minutes=2.0)
    limit.on_train_begin()
    limit.on_train_batch_end(0)
    now["seconds"] += 70.0  # the figures of the epoch
    limit.on_epoch_end(0)
    now["seconds"] += 1e4
    limit.on_train_begin()
    assert limit.elapsed_seconds == 70.0


def test_no_limit_never_expires(now):
    limit = TimeLimit()
    now["seconds"] += 1e9
    assert not limit.expired


def test_training_ends_at_the_next_batch(monkeypatch):
    ticks = iter(range(0, 10_000))
    monkeypatch.setattr(time_limit.time, "monotonic", lambda: float(next(ticks)))
    seen = []

    class Limit(TimeLimit):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)
            super().on_train_batch_end(batch, logs)

    # One look at the clock a batch: the sixth of them is the first beyond five seconds.
    model = make_model()
    limit = Limit(5.0 / 60.0)
    model.fit(X, X[:, :1], batch_size=4, epochs=9, verbose=0, callbacks=[limit])
    assert seen == [0, 1, 2, 3, 4, 5]
    assert limit.cut_after == (1, 6)


def test_the_share_of_the_time_ends_at_one(now):
    limit = TimeLimit(max_minutes=2.0)
    shares = []
    for _ in range(4):
        now["seconds"] += 48.0
        shares.append(limit.share)
    assert shares == pytest.approx([0.4, 0.8, 1.0, 1.0])
    assert TimeLimit().share == 0.0 and not TimeLimit().expired
    none_left = TimeLimit(max_minutes=0.0)
    now["seconds"] += 1.0
    assert none_left.share == 1.0 and none_left.expired


def test_the_last_second_counts_and_the_epoch_of_the_cut_is_counted_from_1(now):
    limit = TimeLimit(max_minutes=1.0)
    limit.set_model(model := make_model())
    model.stop_training = False
    limit.on_train_begin()
    limit.on_epoch_begin(4)
    now["seconds"] += 60.0
    limit.on_train_batch_end(6)
    assert limit.cut_after is None and not model.stop_training
    now["seconds"] += 0.5
    limit.on_train_batch_end(7)
    assert limit.cut_after == (5, 8) and model.stop_training


def test_every_worker_goes_by_the_clock_of_the_chief(now):
    class Chief:
        def __init__(self, answer):
            self.answer = answer

        def from_chief(self, ask):
            return self.answer

    assert TimeLimit(1.0, Chief(True)).expired and TimeLimit(1.0, Chief(0.75)).share == 0.75
    now["seconds"] += 1e4
    assert not TimeLimit(1.0, Chief(False)).expired

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

import keras
import pytest

from keras_vae_collapse.losses import FreeBitsKL, KLDivergence, SoftFreeBitsKL, TargetRate
from keras_vae_collapse.schedules import CyclicalAnnealing, LinearAnnealing
from keras_vae_collapse.training.schedule_end import has_settled


@pytest.mark.parametrize(
    ("term", "steps"),
    [
        (KLDivergence(weight=LinearAnnealing(rate=0.001)), 990),
        (KLDivergence(weight=LinearAnnealing(rate=0.0011)), 900),
        (KLDivergence(weight=CyclicalAnnealing(1000, cycles=2)), 1495),
        (TargetRate(LinearAnnealing(rate=0.1, threshold=40.0)), 396),
        (KLDivergence(weight=0.5), 0),
        (KLDivergence(), 0),
        (FreeBitsKL(free_nats=1.0), 0),
        (SoftFreeBitsKL(1.0, step=0.2), 0),  # its `step` is a size
        (KLDivergence(weight=keras.optimizers.schedules.ExponentialDecay(1.0, 10, 0.9)), 0),
        (None, 0),
    ],
)
def test_a_rate_term_has_settled_when_its_schedules_have_come_to_their_end(term, steps):
    if steps:
        assert not has_settled(term)
        term.step.assign(steps - 1)
        assert not has_settled(term)
        term.step.assign(steps)
    assert has_settled(term)


def test_a_number_in_the_place_of_a_schedule_has_settled():
    term = KLDivergence(weight=LinearAnnealing(rate=0.001))
    term.weight = 0.5
    assert has_settled(term)

import keras
import pytest

from keras_vae_collapse.losses import FreeBitsKL, KLDivergence, TargetRate
from keras_vae_collapse.schedules import CyclicalAnnealing, LinearAnnealing
from keras_vae_collapse.training.schedule_end import settled_epochs


@pytest.mark.parametrize(
    ("term", "epochs"),
    [
        (KLDivergence(weight=LinearAnnealing(rate=0.001)), 4),  # 990 steps
        (KLDivergence(weight=LinearAnnealing(rate=0.0011)), 3),  # 900 steps
        (KLDivergence(weight=CyclicalAnnealing(1000, cycles=2)), 5),  # 1,495 steps
        (TargetRate(LinearAnnealing(rate=0.1, threshold=40.0)), 2),  # 396 steps
        (KLDivergence(weight=0.5), 0),
        (KLDivergence(), 0),
        (FreeBitsKL(free_nats=1.0), 0),
        (KLDivergence(weight=keras.optimizers.schedules.ExponentialDecay(1.0, 10, 0.9)), 0),
        (None, 0),
    ],
)
def test_the_epochs_until_the_schedules_of_a_rate_term_have_come_to_their_end(term, epochs):
    assert settled_epochs(term, 300) == epochs

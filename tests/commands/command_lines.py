"""Command lines of `kvc-train` for property tests: right ones, nearly right ones, and noise."""

import dataclasses

from hypothesis import strategies as st

import zoo
from keras_vae_collapse.commands.train import arguments
from keras_vae_collapse.core.registration import CLASSES
from keras_vae_collapse.training import Recipe

_FIELDS = [field.name for field in dataclasses.fields(Recipe)]
_CLASSES = [name for names in CLASSES.values() for name in names]
_OPTIONS = [
    "class", "rate_nats", "weight", "rate", "prior", "prior.class", "prior.components", "seed",
    "free_nats", "over", "average", "teachers", "examples", "examples.class", "examples.labels",
    "epochs", "swaps", "kept", "distribution", "units", "bidirectional", "dtype", "name", "",
]  # fmt: skip
_VALUES = st.one_of(
    st.sampled_from(_CLASSES),
    st.sampled_from(
        ["None", "auto", "0", "-1", "1e999", "nan", "[]", "{}", "{'class': 3}", "[1, {}]"]
    ),
    st.sampled_from(["True", "1j", "{[]: 1}", "(" * 300, "9" * 500, "{'class': 'MixturePrior'}"]),
    st.integers().map(str),
    st.floats().map(str),
    st.text(max_size=20),
)

_RIGHT = [
    "latent_dim=8", "slots=2", "dropout=0.1", "rate_nats=3", "rate_term.class=KLDivergence",
    "rate_term.weight=0.5", "decoder=HistorylessGRUDecoder", "history_dropout.class=CharDropout",
    "history_dropout.rate=0.5", "rounds.teachers=2", "augmentation=None", "learning_rate=1e-3",
]  # fmt: skip


@st.composite
def _typed(draw, words):
    """A word, or the same with a typing error."""
    word = draw(st.sampled_from(words))
    place = draw(st.integers(0, len(word)))
    kind = draw(st.sampled_from(["right", "right", "lost", "doubled", "other"]))
    if kind == "right":
        return word
    other = {"lost": "", "doubled": word[place : place + 1] * 2, "other": draw(st.text(max_size=2))}
    return word[:place] + other[kind] + word[place + 1 :]


@st.composite
def settings_of_a_recipe(draw):
    """One `name=value`."""
    if draw(st.booleans()):
        return draw(st.sampled_from(_RIGHT))
    name = draw(_typed(_FIELDS))
    if draw(st.booleans()):
        name += "." + draw(_typed(_OPTIONS))
    return f"{name}{draw(st.sampled_from(['=', '=', '=', '', '==']))}{draw(_VALUES)}"


@st.composite
def command_lines(draw):
    """The words after `kvc-train`."""
    flags = [name for name in arguments() if name not in ("data", "dev", "unlabeled", "output_dir")]
    words = [f"--set={setting}" for setting in draw(st.lists(settings_of_a_recipe(), max_size=3))]
    for _ in range(draw(st.integers(0, 3))):
        flag, value = draw(_typed(flags)), draw(st.one_of(_typed(zoo.recipes()), _VALUES))
        words += draw(
            st.sampled_from([[f"--{flag}={value}"], [f"--{flag}"], [f"--{flag}", value], [value]])
        )
    return draw(st.permutations(words))

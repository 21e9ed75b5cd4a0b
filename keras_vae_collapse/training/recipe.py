"""What a recipe is: all that defines a model and its training, as data."""

import dataclasses

from keras_vae_collapse.training.old_recipes import converted

PART = dict | None


def _part(class_name):
    return dataclasses.field(default_factory=lambda: {"class": class_name})


@dataclasses.dataclass(frozen=True)
class Recipe:
    """All that defines a model and its training, as data.

    Parts are configurations, `{"class": "MDRConstraint", "rate_nats": 40.0}`, or `None` where
    there is none; an option may be a part itself. Any class of this package or registered with
    Keras can be named. Sizes that several parts share are fields of the recipe: each part that
    takes an argument of this name gets it, unless it says otherwise.

    Sizes count units, rates are probabilities, options of rate terms are in nats.

    Attributes:
        name, paper, summary: what it is, where it is from.
        hidden_units: `units` of encoder and decoder.
        embedding_dim: size of embedded symbols, and of a slot.
        condition_dim: size of the embedded condition.
        latent_dim: dimensions of `z`.
        dropout: rate of the dropout in encoder and decoder.
        slots: parts of `z` that attention writes and reads, a divisor of `latent_dim`; 0 for a
            `z` that is seen as a whole.
        slot_spacing: distance of the slots' first positions, in symbols.
        encoder, latent, rate_term, decoder: parts of every model. The decoder is its recurrence,
            such as `GRUDecoder`.
        history_dropout, embedding_dropout, bag_of_chars, auxiliary_state_cost, latent_skip:
            remedies, each a layer or `None`; `bag_of_chars` is a `BagOfCharsHead`.
        encoder_training: `AggressiveEncoder`, `EncoderPretraining` or `None`.
        augmentation: what the task makes further training examples by: a part, a list of parts,
            `None`, or `"auto"` for what the task has by default.
        labelled: how many of the labelled examples there are to train on, 0 for all.
        unlabeled: `None`, or what the task does with unlabelled examples, a part of its own: how
            many come with each labelled one, what they count, how their labels are guessed.
        rounds: `None`, or how the training is repeated with what a trained model, the teacher,
            makes: `{"teachers": 2, "teacher_epochs": 2, "student_learning_rate": 1.5e-3,
            "examples": {"class": ...}}`, see `training.rounds`.
        batch_size: examples in a batch, over all replicas.
        learning_rate: of Adam, the same for all weights.
        learning_rate_decay: `"cosine"`, down to zero at the end, or `"constant"`.
        clip_norm: largest norm of all gradients together, 0 for none.
        ema_momentum: of the averaged weights, 0 for no averaging.
        epochs: most epochs.
        epoch_steps: batches in an epoch, 0 for all examples once.
        patience: epochs without improvement before training ends; those in which the weight or
            the target of the rate term still follows its schedule do not count.
        min_delta: the least improvement of `monitor` that gives further patience.
        monitor: the figure of the development set that chooses the best weights and ends
            training: `"task"` for the task's own; `"auto"` for the one of examples that are
            unseen in training, where there are enough of them; or a name that the task knows.
        tokens: what a task of texts takes for a symbol, such as `"characters"`; `"auto"` for what
            the task has.
        vocabulary_limit: most symbols of a text that are known; 0 for what the task has.
        length_limit: most symbols of a text; 0 for what the task has.
        precision: Keras's policy for the layers' types, such as `"mixed_bfloat16"`; `"auto"` for
            the one that is set when the model is built.
    """

    name: str
    paper: str
    summary: str

    embedding_dim: int = 64
    hidden_units: int = 192
    latent_dim: int = 64
    condition_dim: int = 64
    dropout: float = 0.2
    slots: int = 0
    slot_spacing: float = 1.0

    encoder: PART = _part("GRUEncoder")
    latent: PART = _part("GaussianLatent")
    rate_term: PART = _part("KLDivergence")
    decoder: PART = _part("GRUDecoder")
    history_dropout: PART = None
    embedding_dropout: PART = None
    bag_of_chars: PART = None
    auxiliary_state_cost: PART = None
    latent_skip: PART = None

    encoder_training: PART = None
    augmentation: dict | list | str | None = "auto"
    labelled: int = 0
    unlabeled: PART = None
    rounds: PART = None

    batch_size: int = 64
    learning_rate: float = 4e-3
    learning_rate_decay: str = "cosine"
    clip_norm: float = 5.0
    ema_momentum: float = 0.998
    epochs: int = 40
    epoch_steps: int = 0
    patience: int = 8
    min_delta: float = 0.0
    monitor: str = "task"

    tokens: str = "auto"
    vocabulary_limit: int = 0
    length_limit: int = 0

    precision: str = "auto"

    def replace(self, **fields) -> "Recipe":
        """The recipe with some fields replaced."""
        return dataclasses.replace(self, **fields)

    def to_config(self) -> dict:
        """The recipe as a dictionary that JSON can hold."""
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, config: dict) -> "Recipe":
        """The inverse of `to_config`, also for recipes that version 0.1 has written."""
        return cls(**converted(config))

"""Sizes of sentence models, as settings for any recipe: `SIZES[name]`.

`ptb` has the sizes that VAEs of the Penn Treebank mostly have: LSTMs of 256 units, 32 latent
dimensions. `literature` has those of He et al. 2019 (arXiv:1901.05534) for Yahoo and Yelp: LSTMs
of 1,024 units, embedded words of 512 dimensions, 32 latent dimensions, 20,000 words, batches of
32; on a GPU. The optimizer is ours for both, Adam with a learning rate that falls to 0 and averaged
weights, and so is the dropout, in encoder and decoder.

In a shell:

    python -c 'import zoo.sentence_sizes as s; print(*s.flags("literature"))'

gives the flags of `kvc-train --task=text`.
"""

_SHARED = (
    "encoder.class=LSTMEncoder",
    "decoder.class=LSTMDecoder",
    "latent_dim=32",
    "batch_size=32",
    "learning_rate=1e-3",
    "tokens=words",
    "length_limit=200",
)
SIZES = {
    "ptb": (
        *_SHARED,
        "hidden_units=256",
        "embedding_dim=256",
        "dropout=0.4",
        "vocabulary_limit=10000",
    ),
    "literature": (
        *_SHARED,
        "hidden_units=1024",
        "embedding_dim=512",
        "dropout=0.5",
        "vocabulary_limit=20000",
    ),
}


def flags(size: str) -> list[str]:
    """The settings of a size as flags of a command line."""
    return [f"--set={setting}" for setting in SIZES[size]]

"""Measures a compiled model, whose latent has been found."""

import numpy as np

from keras_vae_collapse.diagnostics.examination.amortisation import gap_of
from keras_vae_collapse.diagnostics.examination.measurements import Measurements
from keras_vae_collapse.diagnostics.examination.objectives import CONSTANT, objective_of
from keras_vae_collapse.diagnostics.examination.pricing import nats_of_loss, weigh_rate
from keras_vae_collapse.diagnostics.examination.spectrum import explainable, singular_values
from keras_vae_collapse.diagnostics.examination.survey import survey
from keras_vae_collapse.metrics import mutual_information
from keras_vae_collapse.metrics.gaps import derangement

# Rows of a pass, and of a figure: enough for hundredths of a nat, and few passes.
ROWS_OF_PASS, ROWS_OF_FIGURE = 64, 512
# Elements of the outputs that are held at once, in several copies: 64 MB each.
_MOST_OUTPUTS = 2**24


def measure(passes, rows, seed):
    """`Measurements` of a compiled model, whose latent `passes` have found.

    Args:
        passes: `Passes`.
        rows: indices of the rows to use, a multiple of those of a pass.
        seed: of all noise.
    """
    rng = np.random.default_rng(seed)
    size = min(ROWS_OF_PASS, len(rows))
    blocks = [rows[i : i + size] for i in range(0, len(rows), size)]
    found = survey(passes, blocks[0], rng)
    blocks = blocks[: max(1, _MOST_OUTPUTS // (passes.output_size * size))]
    rows = np.concatenate(blocks)
    noise = rng.standard_normal((len(rows), sum(passes.sizes))).astype("float32")
    right = _over_blocks(passes, blocks, noise=noise)
    loc, scale, z = right["loc"], right["scale"], right["z"]
    site = passes.sites[0]
    objective = objective_of(site)
    figures = Measurements(
        rate_nats=float(np.mean(right["rate"])),
        information_nats=mutual_information(
            loc, np.maximum(scale, 1e-6), 2, seed, site.distribution
        ),
        examples=len(rows),
        latent_dim=loc.shape[1],
        survey=found,
        z_in_loss=found.z_in_loss,
        # Where the rate is a constant, it need not be there.
        rate_in_loss=None if objective == CONSTANT else found.rate_in_loss,
        objective=objective,
        iterations=int(passes.model.optimizer.iterations) if passes.model.optimizer else None,
        posterior_spread=float(np.max(np.abs(loc - loc.mean(axis=0)), initial=0.0)),
    )
    first = slice(len(blocks[0]))
    weigh_rate(figures, passes, blocks[0], z[first])
    permuted = _over_blocks(passes, blocks, z=z[derangement(len(rows), rng)])
    prior = _over_blocks(passes, blocks, z=_from_prior(passes, len(rows), seed))
    unit = nats_of_loss(figures)
    if found.distortion is None:
        figures.z_worth_nats = (permuted["loss"] - right["loss"]) * unit
        figures.prior_worth_nats = (prior["loss"] - right["loss"]) * unit
    else:
        history = _over_blocks(passes, blocks, z=z, data=_others(passes, blocks, rows, rng))
        outputs = [part["outputs"] for part in (right, permuted, prior, history)]
        _by_outputs(figures, passes, rows, outputs, unit, rng)
        figures.singular_values = singular_values(
            passes, found.distortion, blocks[0], z[first], rng, spread=site.spread
        )
    if found.z_in_loss:
        posterior = loc[first], scale[first]
        figures.amortisation_gap_nats = gap_of(figures, passes, blocks[0], *posterior, rng)
    return figures


def _by_outputs(figures, passes, rows, outputs, unit, rng):
    """Figures from the outputs with `z` right, permuted, from the prior, and other histories."""
    kind = figures.survey.distortion
    padding = padding_of(passes, kind, rows[: kind.rows])
    if padding is not None and padding.any():
        figures.counted_padding = float(np.mean(kind.counted[padding]))
    targets = kind.target_of([array[rows] for array in passes.arrays])
    counted = _counted(kind, passes, rows)
    factor = counted * (unit / kind.nats_per_loss)
    right, permuted, prior, history = (kind.nats(o, targets) * factor for o in outputs)
    figures.distortion_nats = float(right.sum(axis=1).mean())
    figures.start_nats = float((kind.start_nats(targets) * factor).sum(axis=1).mean())
    figures.z_worth_nats = float((permuted - right).sum(axis=1).mean())
    figures.prior_worth_nats = float((prior - right).sum(axis=1).mean())
    figures.worth_by_position = (permuted - right).mean(axis=0)
    reads_history = np.abs(history - right).max() > 1e-4 * max(1.0, np.abs(right).max())
    if reads_history:
        figures.history_worth_nats = float((history - right).sum(axis=1).mean())
    figures.eigenvalues = explainable(kind, targets, outputs[2], counted, reads_history, rng)


def _from_prior(passes, rows, seed):
    """`z` from the prior for each row, `(rows, latent)`, the draws of a pass side by side."""
    sites, parts = passes.sites, []
    for number, shape in enumerate(passes.shapes):
        site = sites[min(number, len(sites) - 1)]
        parts.append(site.prior_sample((rows, *shape), seed + number).reshape(rows, -1))
    return np.concatenate(parts, axis=-1)


def _others(passes, blocks, rows, rng):
    """The data of each block, taken from other rows."""
    others = derangement(len(rows), rng)
    starts = np.cumsum([0, *map(len, blocks)])[:-1]
    return [
        passes.rows(rows[others[start : start + len(block)]])
        for start, block in zip(starts, blocks, strict=True)
    ]


def _over_blocks(passes, blocks, z=None, noise=None, data=None):
    """The arrays of forward passes over all rows."""
    found = {"loss": 0.0}
    parts, start = [], 0
    for number, block in enumerate(blocks):
        part = slice(start, start + len(block))
        start += len(block)
        given = passes.rows(block) if data is None else data[number]
        parts.append(
            passes.forward(
                given,
                z=None if z is None else z[part],
                noise=None if noise is None else noise[part],
            )
        )
    found["loss"] = float(np.mean([p.loss for p in parts]))
    for name in ("loc", "scale", "z", "rate", "outputs"):
        values = [getattr(p, name) for p in parts]
        found[name] = None if values[0] is None else np.concatenate(values)
    return found


def _counted(kind, passes, rows):
    """Which elements count, `(rows, positions)`: those that did in the pass of the survey."""
    always = kind.counted.any(axis=0)
    padding = padding_of(passes, kind, rows)
    counted = np.broadcast_to(always, (len(rows), len(always))).copy()
    if padding is not None and padding.shape == counted.shape:
        counted &= ~padding
    return counted


def padding_of(passes, kind, rows):
    """Where the targets are padding, `(rows, positions)`, or `None` where there is none."""
    arrays = [array[rows] for array in passes.arrays]
    source = arrays[kind.source]
    shape = (len(rows), kind.counted.shape[1])
    if source.ndim == 2 and np.issubdtype(source.dtype, np.integer):
        empty = kind.shift(source) == 0
    elif source.ndim == 3:
        empty = np.all(kind.shift(source) == 0, axis=-1)
    else:
        return None
    return None if empty.shape[1] == 0 else _trailing(empty, shape)


def _trailing(empty, shape):
    """The empty positions at the ends, where all empty positions are there, else `None`."""
    trailing = np.cumprod(empty[:, ::-1], axis=1)[:, ::-1].astype(bool)
    lengths = trailing.sum(axis=1)
    if not trailing.any() or lengths.min() == lengths.max() or (empty & ~trailing).any():
        return None
    each = shape[1] // empty.shape[1]
    return np.repeat(trailing, each, axis=1) if each * empty.shape[1] == shape[1] else None

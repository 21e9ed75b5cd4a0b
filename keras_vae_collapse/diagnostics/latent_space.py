"""The latent space by label: nearest-neighbour accuracy and t-SNE pictures."""

import collections

import numpy as np

from keras_vae_collapse.core.checks import check_integer

_COLOURED_LABELS = 12


def nearest_neighbour_accuracy(z, labels):
    """How often the nearest neighbour in latent space has the same label.

    The Euclidean neighbour among all other rows, for each row whose label some other row has.

    Args:
        z: latent vectors `(N, latent)`.
        labels: N labels.

    Returns:
        `(accuracy, chance)`, both in [0, 1]; `chance` is what a random neighbour would give.

    Raises:
        ValueError: numbers of rows and labels differ, or no label occurs twice.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.diagnostics import nearest_neighbour_accuracy

    z = np.array([[0.0], [0.1], [5.0], [5.1]])
    accuracy, chance = nearest_neighbour_accuracy(z, ["a", "a", "b", "b"])
    assert accuracy == 1.0 and abs(chance - 1 / 3) < 1e-12
    ```
    """
    z = np.asarray(z, np.float64)
    if z.ndim != 2 or len(z) != len(labels):
        raise ValueError(
            "`z` must have shape (N, latent) with one label a row. Received: shape "
            f"{z.shape} and {len(labels)} labels"
        )
    _, labels, counts = np.unique(
        np.asarray(labels, dtype=object), return_inverse=True, return_counts=True
    )
    rows = np.flatnonzero(counts[labels] > 1)
    if not len(rows):
        raise ValueError("no label occurs twice: there is no neighbour to find.")
    from sklearn.neighbors import NearestNeighbors

    # Centred, so that a large common offset costs no digits; no row is its own neighbour.
    neighbours = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(z - z.mean(axis=0))
    nearest = neighbours.kneighbors(return_distance=False)[:, 0]
    accuracy = np.mean(labels[nearest[rows]] == labels[rows])
    chance = np.mean((counts[labels[rows]] - 1) / (len(z) - 1))
    return float(accuracy), float(chance)


def plot_latents(latents, labels, path, seed=0, perplexity=30.0, label_name="label"):
    """Writes a t-SNE picture (van der Maaten & Hinton 2008) of latent vectors, by label.

    Args:
        latents: a dictionary from the model's name to its latent vectors `(N, latent)`, rows
            alike in all; drawn side by side.
        labels: N labels; the twelve most frequent are coloured, all others grey.
        path: the PNG file to write.
        seed: of the t-SNE, a non-negative integer.
        perplexity: of the t-SNE, at most a third of N is used.
        label_name: what a label is, for the titles.

    Returns:
        A dictionary from name to `(accuracy, chance)`, see `nearest_neighbour_accuracy`.

    Raises:
        ValueError: there is no model, or shapes differ.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from sklearn.manifold import TSNE

    from keras_vae_collapse.core.files import replacing

    check_integer("seed", seed, low=0)
    if not latents:
        raise ValueError("`latents` must hold at least one model. Received none.")
    scores = {name: nearest_neighbour_accuracy(z, labels) for name, z in latents.items()}
    common = [label for label, _ in collections.Counter(labels).most_common(_COLOURED_LABELS)]
    labels = np.asarray(labels, dtype=object)
    figure = Figure(figsize=(4.2 * len(latents) + 1.4, 4.6), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(latents), squeeze=False)[0]
    colours = [f"C{index}" for index in range(10)] + ["#1f2328", "#d4c200"]
    for axes, (name, z) in zip(panels, latents.items(), strict=True):
        points = TSNE(
            perplexity=max(1.0, min(perplexity, (len(z) - 1) / 3)),
            # The principal components of constant vectors are 0 / 0.
            init="pca" if np.ptp(z, axis=0).any() and z.shape[1] > 1 else "random",
            # The approximation pays off for many points only.
            method="exact" if len(z) <= 500 else "barnes_hut",
            random_state=seed,
        ).fit_transform(np.asarray(z, np.float32))
        other = ~np.isin(labels, common)
        axes.scatter(*points[other].T, s=5, color="#d5d8dc", linewidths=0)
        for label, colour in zip(common, colours, strict=False):
            chosen = points[labels == label]
            axes.scatter(*chosen.T, s=16, color=colour, label=label, linewidths=0)
        accuracy, chance = scores[name]
        axes.set_title(
            f"{name}\nsame {label_name} as the nearest neighbour: {accuracy:.1%} "
            f"(chance {chance:.1%})",
            fontsize=9,
        )
        axes.set_xticks([])
        axes.set_yticks([])
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside right center", frameon=False, fontsize=8)
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png")
    return scores

"""The pictures of a comparison."""

import statistics

from keras_vae_collapse.core.files import replacing

_MARKERS = "osD^v<>pPX*hd"
_LABELS = {
    "rate_nats": "rate R (nats per example)",
    "distortion_nats": "distortion D (nats per example)",
    "iw_nll_nats": "IW-NLL (nats per example)",
    "z_gap_nats": "z gap (nats per example)",
    "accuracy": "accuracy",
    "exact_match": "exact match",
}


def draw_curves(output, slug, methods):
    """Figures against rate: a point a run, a line through the means of one recipe's targets.

    Args:
        output: the folder.
        slug: what the names of the files begin with.
        methods: `{method: rows}`, all of them done.

    Returns:
        The paths of the pictures `SLUG-FIGURE.png`.
    """
    every = [row for rows in methods.values() for row in rows]
    names = [name for name in _LABELS if name != "rate_nats" and any(r[name] for r in every)]
    return [_curves(output / f"{slug}-{name.split('_')[0]}.png", methods, name) for name in names]


def _curves(path, methods, name):
    pyplot = _pyplot()
    families = {}
    for rows in methods.values():
        points = [(float(r["rate_nats"]), float(r[name])) for r in rows if r[name]]
        if points:
            title = ", ".join([rows[0]["recipe"], *places(rows[0]).values()])
            families.setdefault(title, []).append(points)
    figure, axes = pyplot.subplots(figsize=(10, 6), layout="constrained")
    for i, (family, methods_of_it) in enumerate(sorted(families.items())):
        style = {"color": pyplot.get_cmap("tab20")(i % 20), "marker": _MARKERS[i % len(_MARKERS)]}
        for points in methods_of_it:
            axes.plot(*zip(*points, strict=True), **style, linestyle="", markersize=4, alpha=0.5)
        means = sorted([statistics.mean(v) for v in zip(*p, strict=True)] for p in methods_of_it)
        axes.plot(*zip(*means, strict=True), **style, linewidth=1, markersize=8, label=family)
    axes.set(xlabel=_LABELS["rate_nats"], ylabel=_LABELS[name])
    axes.grid(alpha=0.3)
    figure.legend(fontsize=8, loc="outside right upper")
    return _saved(figure, path)


def places(row):
    """Where a row stands on the axes of its part, `{axis: label}`."""
    return dict(place.split("=", 1) for place in row["places"].split("; ") if place)


def draw_heat_maps(path, methods):
    """Rate, accuracy and z gap over the two axes of a part of one recipe.

    Returns:
        Whether the part has two axes, and so a picture.
    """
    found = {tuple(places(rows[0]).items()): rows for rows in methods.values()}
    if len({row["recipe"] for rows in methods.values() for row in rows}) != 1 or any(
        len(place) != 2 for place in found
    ):
        return False
    pyplot = _pyplot()
    (first, _), (second, _) = next(iter(found))
    labels = [list(dict.fromkeys(place[i][1] for place in found)) for i in (0, 1)]
    every = [row for rows in methods.values() for row in rows]
    names = [n for n in ("rate_nats", "accuracy", "exact_match", "z_gap_nats") if every[0][n]]
    figure, axes = pyplot.subplots(
        1, len(names), figsize=(5 * len(names), 1.5 + 0.6 * len(labels[0])), layout="constrained"
    )
    for axis, name in zip(axes, names, strict=True):
        means = [[float("nan")] * len(labels[1]) for _ in labels[0]]
        for ((_, row), (_, column)), rows in found.items():
            mean = statistics.mean(float(r[name]) for r in rows)
            means[labels[0].index(row)][labels[1].index(column)] = mean
        image = axis.imshow(means, cmap="viridis", aspect="auto")
        middle = sum(image.get_clim()) / 2
        for i, line in enumerate(means):
            for j, mean in enumerate(line):
                color = "black" if mean > middle else "white"
                axis.text(j, i, f"{mean:.3g}", ha="center", va="center", color=color)
        axis.set_xticks(range(len(labels[1])), labels[1], rotation=30, ha="right")
        axis.set_yticks(range(len(labels[0])), labels[0])
        axis.set(title=_LABELS[name], xlabel=second, ylabel=first)
    _saved(figure, path)
    return True


def factors_of(methods):
    """`{factor: rows}` of a part whose one axis multiplies a setting, `x 0.5`, `x 1`; else `{}`."""
    found = {}
    for rows in methods.values():
        labels = list(places(rows[0]).values())
        if len(labels) != 1 or not labels[0].startswith("x "):
            return {}
        found[float(labels[0].removeprefix("x "))] = rows
    return dict(sorted(found.items()))


def draw_sensitivity(path, parts):
    """Figures against what the main setting of each recipe was multiplied by.

    Args:
        path: of the picture.
        parts: a list of `{factor: rows}`, of one recipe each.
    """
    pyplot = _pyplot()
    every = [row for factors in parts for rows in factors.values() for row in rows]
    names = [n for n in ("rate_nats", "accuracy", "exact_match", "z_gap_nats") if every[0][n]]
    figure, axes = pyplot.subplots(1, len(names), figsize=(4 * len(names), 4), layout="constrained")
    for i, factors in enumerate(parts):
        ((_, first), *_) = factors.items()
        (setting,) = places(first[0])
        label = f"{first[0]['recipe']}, {setting.removeprefix('times ')}"
        style = {"color": pyplot.get_cmap("tab20")(i % 20), "marker": _MARKERS[i % len(_MARKERS)]}
        for axis, name in zip(axes, names, strict=True):
            means = [statistics.mean(float(r[name]) for r in rows) for rows in factors.values()]
            axis.plot(list(factors), means, label=label if name == names[0] else None, **style)
    for axis, name in zip(axes, names, strict=True):
        axis.set_xscale("log", base=2)
        axis.axvline(1.0, color="grey", linewidth=1, linestyle=":")
        axis.set(xlabel="times the recipe's value", ylabel=_LABELS[name])
        axis.grid(alpha=0.3)
    figure.legend(fontsize=8, loc="outside right upper")
    _saved(figure, path)


def _pyplot():
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot


def _saved(figure, path):
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=110)
    _pyplot().close(figure)
    return path

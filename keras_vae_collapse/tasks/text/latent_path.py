"""Points on the way between two latent vectors."""

import numpy as np

from keras_vae_collapse.core.checks import check_integer


def latent_path(start, end, steps: int, spherical: bool = False) -> np.ndarray:
    """`steps` points from `start` to `end`, both included, at equal distances of `t` in [0, 1].

    ```
    linear:     z(t) = (1 - t) a + t b
    spherical:  z(t) = (sin((1 - t) w) a + sin(t w) b) / sin w,   w = angle between a and b
    ```

    The straight line between two typical points of a wide Gaussian passes nearer to its centre
    than samples ever are; the arc does not (White 2016, arXiv:1609.04468). Where the angle is 0
    or 180 degrees, or a vector is 0, there is no one arc, and the line is taken.

    Args:
        start, end: vectors `(latent_dim,)`.
        steps: number of points, at least 2.
        spherical: whether to follow the arc.

    Returns:
        Float32 `(steps, latent_dim)`.

    Raises:
        ValueError: fewer than two steps.

    Example:

    ```python
    import numpy as np
    from keras_vae_collapse.tasks.text.latent_path import latent_path

    path = latent_path([1.0, 0.0], [0.0, 1.0], steps=3, spherical=True)
    np.testing.assert_allclose(np.linalg.norm(path, axis=-1), 1.0, rtol=1e-6)
    ```
    """
    t = np.linspace(0.0, 1.0, check_integer("steps", steps, low=2))[:, None]
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    line = (1.0 - t) * start + t * end
    norms = np.linalg.norm(start) * np.linalg.norm(end)
    if spherical and norms > 0:
        angle = np.arccos(np.clip(start @ end / norms, -1.0, 1.0))
        if 1e-6 < angle < np.pi - 1e-6:
            line = (np.sin((1.0 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)
    return line.astype(np.float32)

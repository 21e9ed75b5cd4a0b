"""One page for one run: what was trained, how it went, and how to repeat it."""

from keras_vae_collapse.core.lazy import lazy_names

__all__ = ["read_run", "run_page", "write_run_page"]
# These need TensorFlow.
__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "read_run": f"{__name__}.run_record",
        "run_page": f"{__name__}.page",
        "write_run_page": f"{__name__}.page",
    },
)

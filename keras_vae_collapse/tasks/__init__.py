"""Tasks: the only place that knows what the sequences are."""

from keras_vae_collapse.core.lazy import lazy_names
from keras_vae_collapse.tasks.task import Task

__all__ = ["ReinflectionTask", "Task", "TextTask"]
__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "ReinflectionTask": "keras_vae_collapse.tasks.reinflection.task",
        "TextTask": "keras_vae_collapse.tasks.text.task",
    },
)

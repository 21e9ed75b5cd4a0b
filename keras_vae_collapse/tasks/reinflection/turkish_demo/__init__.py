"""The embedded data set: Turkish noun paradigms generated from the grammar."""

from keras_vae_collapse.tasks.reinflection.turkish_demo.demo import demo_examples, write_demo

__all__ = ["demo_examples", "write_demo"]

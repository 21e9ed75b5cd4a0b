"""Several devices and several machines: strategies, clusters, an optimizer that fits them."""

from keras_vae_collapse.distribute.cluster import Cluster
from keras_vae_collapse.distribute.replica_adam import ReplicaAdam
from keras_vae_collapse.distribute.strategy import make_strategy

__all__ = ["Cluster", "ReplicaAdam", "make_strategy"]

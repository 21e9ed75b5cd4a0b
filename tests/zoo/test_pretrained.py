"""Every trained model of the zoo is what its card says."""

import json

import pytest
from shared_data import SHARED_DATA

import zoo
from keras_vae_collapse.data import read_examples
from zoo import pretrained_models
from zoo.publish import LARGEST, sample_figures, unseen_figures

pytestmark = pytest.mark.skipif(not zoo.pretrained(), reason="no trained model is in the zoo")

from zoo.recipes.msved import RECIPE as _MSVED
from zoo.recipes.msved import UNLABELED

# As `msved`; each feature by itself is exactly absent, exactly present, or in between.
RECIPE = _MSVED.replace(
    name="msved_hardkuma",
    paper="Zhou & Neubig 2017, arXiv:1704.01691; Bastings et al. 2019, arXiv:1905.08160",
    summary="as msved, with the hard Kumaraswamy relaxation of features",
    unlabeled={**UNLABELED, "relaxation": {"class": "HardKumaraswamyAttributes"}},
)

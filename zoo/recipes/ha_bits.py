from keras_vae_collapse.training import Recipe

# 0.625 nats a dimension are 40 nats a word, the target of `mdr` (Kastner: 0.2 with 150 dimensions).
RECIPE = Recipe(
    name="ha_bits",
    paper="K. Kastner, pytorch-text-vae",
    summary="one floor under the mean KL of all dimensions",
    rate_term={"class": "FreeBitsKL", "free_nats": 0.625, "over": "mean"},
)

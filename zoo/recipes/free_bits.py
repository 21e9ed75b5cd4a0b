from keras_vae_collapse.training import Recipe

# 0.625 nats in each of 64 dimensions are 40 nats a word, the target of `mdr`.
RECIPE = Recipe(
    name="free_bits",
    paper="Kingma et al. 2016, arXiv:1606.04934",
    summary="each latent dimension may use some nats for free",
    rate_term={"class": "FreeBitsKL", "free_nats": 0.625, "over": "dimension", "average": "batch"},
)

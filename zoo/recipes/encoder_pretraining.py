from keras_vae_collapse.training import Recipe

# The floor under each word's KL, as the authors have it; 0.625 nats in each of 64 dimensions are
# 40 nats a word, the target of `mdr`. After five epochs an autoencoder
# of 128 units has 44% of Turkish words right.
RECIPE = Recipe(
    name="encoder_pretraining",
    paper="Li et al. 2019, arXiv:1909.00868",
    summary="an autoencoder's encoder, then a new decoder and free bits",
    rate_term={
        "class": "FreeBitsKL",
        "free_nats": 0.625,
        "over": "dimension",
        "average": "example",
    },
    encoder_training={"class": "EncoderPretraining", "epochs": 5},
)

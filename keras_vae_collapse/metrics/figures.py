"""The one table of figures: key, label, unit, format and what each says."""

import typing


class Figure(typing.NamedTuple):
    """How a figure is shown, and what it says."""

    label: str
    unit: str
    form: str
    meaning: str

    @property
    def title(self):
        """Label and unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def show(self, value):
        """A value as text."""
        return self.form.format(value)


_NATS = "nats/example"
FIGURES = {
    "rate_nats": Figure("rate R", _NATS, "{:,.3f}", "KL(q(z|x) || p(z)), mean over the set"),
    "distortion_nats": Figure("distortion D", _NATS, "{:,.3f}", "E_q[-log p(x|z)]"),
    "negative_elbo_nats": Figure("negative ELBO, D + R", _NATS, "{:,.3f}", "bound on -log p(x)"),
    "iw_nll_nats": Figure(
        "importance-weighted NLL", _NATS, "{:,.3f}", "tighter bound, of K samples"
    ),
    "mutual_information_nats": Figure(
        "mutual information", "nats", "{:,.3f}", "of x and z, at most the log of the set's size"
    ),
    "active_units": Figure(
        "active units", "", "{:,d}", "dimensions whose posterior mean varies over the set"
    ),
    "latent_dim": Figure("latent dimensions", "", "{:,d}", "dimensions of z"),
    "z_gap_nats": Figure(
        "z gap", _NATS, "{:,.3f}", "drop of log p(x|z) when z is that of another example"
    ),
    "prior_gap_nats": Figure(
        "prior gap", _NATS, "{:,.3f}", "drop of log p(x|z) when z is drawn from the prior"
    ),
    "distinct_outputs": Figure("distinct outputs", "", "{:,d}", "1 means one answer to everything"),
    "distinct_outputs_permuted_z": Figure(
        "distinct outputs, permuted z", "", "{:,d}", "with the z of other examples"
    ),
    "distinct_outputs_prior_z": Figure(
        "distinct outputs, z from the prior", "", "{:,d}", "with z drawn from the prior"
    ),
    "unchanged_output_fraction": Figure(
        "outputs unchanged by another z", "", "{:.1%}", "share of outputs that ignore z"
    ),
    "bleu": Figure(
        "reconstruction BLEU", "", "{:,.2f}", "of the outputs against the sentences, 0 to 100"
    ),
    "distinct_1": Figure(
        "distinct-1 of prior samples", "", "{:.4f}", "share of different 1-grams in 500 of them"
    ),
    "distinct_2": Figure(
        "distinct-2 of prior samples", "", "{:.4f}", "share of different 2-grams in 500 of them"
    ),
    "self_bleu": Figure(
        "self-BLEU of prior samples", "", "{:,.2f}", "how much they repeat one another, 0 to 100"
    ),
    "examples": Figure("examples", "", "{:,d}", "size of the set"),
    "num_samples": Figure("samples per example (K)", "", "{:,d}", "of the importance-weighted NLL"),
}

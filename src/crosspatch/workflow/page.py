"""The page that a study is opened by: the figure and the tables that it is written from, and the words that it says."""

from typing import Any

from crosspatch.workflow.catalogue import FILES, HEADLINE, Catalogue, all_shown
from crosspatch.workflow.config import Config, pairs_of
from crosspatch.workflow.ideas import all_controls, idea_of

TABLES = ("balanced", "verdicts", "scorecard", "coverage", "events", "checkpoints", "behaviour")
"""Tables that it is written from, as far as the study makes them."""


class Page:
    """The page of each study of one config; every method is an input function or a parameter of its rule."""

    def __init__(self, config: Config, catalogue: Catalogue) -> None:
        self.config = config
        self.catalogue = catalogue

    def shown(self, wildcards: Any) -> dict[str, str]:  # noqa: ANN401 - Snakemake's own object
        """The headline figure (`figure`), the numbers drawn in it (`drawn`), and the tables, by name."""
        study = wildcards.study
        headline = f"paper_figures/{study}/{HEADLINE}"
        made = self.catalogue.of_ideas("table", study, self.catalogue.chosen(study))
        tables = {name: FILES["table"].format(study=study, name=name) for name in TABLES if name in made}
        return {"figure": f"{headline}.png", "drawn": f"{headline}.csv", **tables}

    def labels(self, wildcards: Any) -> dict[str, str]:  # noqa: ANN401
        """Label of every pair."""
        return {pair: self.config["pairs"][pair]["label"] for pair in pairs_of(self.config, wildcards.study)}

    def words(self, wildcards: Any) -> dict[str, Any]:  # noqa: ANN401
        """What the study says of itself (`caveat`, and `note` on published numbers), and what each of its controls does
        not test (`not_tested`).
        """
        study = self.config["studies"][wildcards.study]
        controls = {name: all_controls()[name].not_tested for name in study.get("controls", {})}
        note = study.get("claims", {}).get("note", "")
        return {"caveat": study["caveat"], "note": note, "not_tested": {k: v for k, v in controls.items() if v}}

    def links(self, wildcards: Any) -> dict[str, dict[str, str]]:  # noqa: ANN401
        """{`draw` or `table`: {name: idea}} of all that the default target of the study shows, for links."""
        study, chosen = wildcards.study, self.catalogue.chosen(wildcards.study)
        return {
            form: {name: idea_of(all_shown(form)[name].module) for name in self.catalogue.of_ideas(form, study, chosen)}
            for form in FILES
        }

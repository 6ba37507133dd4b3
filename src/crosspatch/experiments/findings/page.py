"""The page itself: a template filled with words, numbers and the libraries that it runs on, in one file."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, StrictUndefined

from crosspatch.experiments.findings.bundles import data_table_script, data_table_style, plot_script
from crosspatch.experiments.findings.event_data import as_script
from crosspatch.experiments.findings.linked_views import linked_views, sweep_view
from crosspatch.figures.colours import COLOURS, ON_DARK

JOBS = {"draw": "draw_figure", "table": "make_table"}


@dataclass(frozen=True)
class Look:
    """What the page is made of besides its content: template, style sheet and script, as text."""

    template: str
    style: str
    script: str


@dataclass(frozen=True)
class Links:
    """Where what the page says comes from: by form (`draw`, `table`) and name, the idea of all that the study shows."""

    study: str
    ideas: Mapping[str, Mapping[str, str]]

    def sources(self, *names: str) -> list[dict[str, str]]:
        """Return of figures and tables (`draw interaction`) what to call them, where they are and what made them."""
        return [self._source(*name.split()) for name in names if self._is_shown(*name.split())]

    def _is_shown(self, form: str, name: str) -> bool:
        return name in self.ideas.get(form, {})

    def _source(self, form: str, name: str) -> dict[str, str]:
        folder = {"draw": f"../../paper_figures/{self.study}/", "table": "tables/"}[form]
        endings = {"draw": ("pdf", "png", "csv"), "table": ("md", "csv", "tex")}[form]
        return {
            "word": {"draw": "figure", "table": "table"}[form],
            "name": name,
            "idea": self.ideas[form][name],
            "rule": JOBS[form],
            "files": [{"name": ending, "path": f"{folder}{name}.{ending}"} for ending in endings],
        }


def render_page(look: Look, links: Links, content: Mapping[str, Any], events: Mapping[str, Any], figure: bytes) -> str:
    """Return the page as HTML; all of `content` is escaped, and `events` is data that nothing runs."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["signed"] = with_minus
    return environment.from_string(look.template).render(
        **content,
        study=links.study,
        sources=links.sources,
        colours=COLOURS,
        on_dark=ON_DARK,
        figure=base64.b64encode(figure).decode(),
        style=_inside("style", data_table_style() + look.style),
        script=_inside("script", look.script),
        plots=_inside("script", plot_script()),
        data={
            "events": as_script(events),
            "views": as_script(linked_views()),
            "sweep": as_script(sweep_view()),
            "data-table": as_script(data_table_script()),
        },
    )


def with_minus(text: object) -> str:
    """Return a text whose numbers have real minus signs."""
    return re.sub(r"(?<![\w.])-(?=\d)", "\N{MINUS SIGN}", str(text))


def _inside(element: str, text: str) -> str:
    """Return text that may stand in an element that is closed by nothing but its own end tag."""
    return re.sub(rf"</(?={element})", r"<\\/", text, flags=re.IGNORECASE)

"""Libraries of the page, as their Python packages ship them, so that the page needs no network."""

from importlib.resources import files

import itables
import vl_convert


def data_table_script() -> str:
    """Return DataTables as an ES module, with its extensions and jQuery (itables' offline bundle)."""
    return _of_itables("dt_bundle.js")


def data_table_style() -> str:
    """Return the style sheet of DataTables."""
    return _of_itables("dt_bundle.css")


def plot_script() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as a script that sets `window.vegaEmbed`."""
    bundle: str = vl_convert.javascript_bundle()
    return bundle


def _of_itables(name: str) -> str:
    return files(itables).joinpath("html", name).read_text(encoding="utf-8")

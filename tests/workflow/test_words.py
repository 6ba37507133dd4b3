"""Which jobs a dry run would start after an edit of words or of the look of the page."""

import re

import pytest

from dependants import PAGE

pytestmark = pytest.mark.workflow


def test_captions_rerun_nothing(checkout):
    for page in sorted((checkout.folder / "report").glob("*.rst")):
        checkout.edit(f"report/{page.name}", lambda text: f"{text}\nEdited.\n")
    checkout.edit("src/crosspatch/experiments/depth/draw_depth.py", lambda text: text.replace('"""', '"""Edited. ', 1))
    assert checkout.planned() == set()


def test_the_page_is_written_again_where_its_words_its_look_or_its_libraries_are_others(checkout):
    checkout.configure(lambda config: config["studies"]["smoke"].update(caveat="Edited."))
    assert checkout.planned() == PAGE
    checkout.restore()
    for path in ("report/findings.html", "report/findings.css", "report/findings.js"):
        checkout.edit(path, lambda text: f"{text}\n")
        assert checkout.planned() == PAGE
        checkout.restore()
    for library in ("altair", "itables", "vl-convert-python"):
        checkout.edit("requirements.lock", lambda text, name=library: re.sub(rf"(?m)^{name}==\S+", f"{name}==99", text))
        assert checkout.planned() == PAGE
        checkout.restore()

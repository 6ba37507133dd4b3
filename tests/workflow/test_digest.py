"""Code digests: what a script imports and names counts; how it is written, and where it stands, does not."""

import ast

import pytest

from crosspatch.errors import ConfigError
from crosspatch.files.schemas import SCHEMAS
from crosspatch.workflow import closure, digest
from crosspatch.workflow.closure import all_modules, import_closure, is_script, libraries_of, syntax_of
from crosspatch.workflow.digest import SCHEMA_CALLS, code_digest, schemas_named

CACHES = [
    *(closure.syntax_of, closure.nodes_of, closure.libraries_of, closure.taken_by, closure.packages_run),
    *(closure.all_modules, digest.code_digest, digest.schemas_named, digest._schema_digest, digest._digest_above),
]
STAGE = """
'''A stage.'''
import json
import numpy.linalg
from crosspatch.files.tables import read_table
from crosspatch.jobs.binding import bind
from . import beside
from .beside import helper


def main(path):
    '''Read it.'''
    return read_table(path, "events"), helper()
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return a function that writes modules of a small package, by path (None: removes one); digests are of these."""
    monkeypatch.setattr(closure, "PACKAGE", tmp_path / "crosspatch")
    monkeypatch.setattr(digest, "SCHEMAS", tmp_path)
    monkeypatch.setattr(digest, "load_schema", lambda kind: (tmp_path / f"{kind}.schema.yaml").read_text().split("\n"))

    def write(modules):
        for cached in CACHES:
            cached.cache_clear()
        for name, text in modules.items():
            path = tmp_path / "crosspatch" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True) if text is None else path.write_text(text)

    (tmp_path / "events.schema.yaml").write_text("a")
    write(
        {
            "__init__": "",
            "stages/__init__": "",
            "stages/one": STAGE,
            "stages/beside": "def helper(): return 1\n",
            "files/__init__": "",
            "files/tables": "import crosspatch.errors\n",
            "jobs/__init__": "",
            "jobs/binding": "def bind(): ...\n",
            "errors": "import pandas as pd\n",
            "unused": "import torch\n",
        }
    )
    yield write
    monkeypatch.undo()
    write({})


def digest_of(name):
    return digest.module_digest(f"crosspatch.stages.{name}")


def test_the_closure_is_what_an_import_executes(package):
    assert import_closure("crosspatch.stages.one") == [
        *("crosspatch", "crosspatch.errors", "crosspatch.files", "crosspatch.files.tables"),
        *("crosspatch.jobs", "crosspatch.jobs.binding"),
        *("crosspatch.stages", "crosspatch.stages.beside", "crosspatch.stages.one"),
    ]
    assert libraries_of("crosspatch.stages.one") == {"numpy"}
    assert libraries_of("crosspatch.errors") == {"pandas"}


@pytest.mark.parametrize(
    "text",
    [
        STAGE.replace("'''A stage.'''", "'''Another word.'''").replace("'''Read it.'''", '"""Read\n    twice."""'),
        STAGE.replace("'''Read it.'''", "").replace("'''A stage.'''", ""),
        STAGE.replace("return read_table(", "# A comment.\n    return read_table(  # and another\n        "),
        STAGE.replace('"events"', "'events'").replace("json\n", "json ; \n"),
    ],
)
def test_words_and_layout_do_not_count(package, text):
    before = digest_of("one")
    package({"stages/one": text})
    assert digest_of("one") == before


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("stages/one", STAGE.replace("helper()", "helper() + 0")),
        ("stages/beside", "def helper(): return 2\n"),
        ("errors", "import pandas\n"),
        ("stages/__init__", "LOADED = True\n"),
    ],
)
def test_any_other_edit_in_the_closure_counts(package, module, text):
    before = digest_of("one")
    package({module: text})
    assert digest_of("one") != before


MOVED = {"stages/beside": None, "rooms/__init__": "", "rooms/near": "def helper(): return 1\n"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from crosspatch.stages.beside import helper", "from crosspatch.rooms.near import helper"),
        ("from crosspatch.stages.beside import helper as f", "from crosspatch.rooms.near import helper as f"),
        ("from crosspatch.stages import beside\nbeside.helper()", "from crosspatch.rooms import near\nnear.helper()"),
        ("from crosspatch.stages import beside as b\nb.helper()", "from crosspatch.rooms import near as b\nb.helper()"),
        ("import crosspatch.stages.beside as b\nb.helper()", "import crosspatch.rooms.near as c\nc.helper()"),
        (
            "import crosspatch.stages.beside\nprint(crosspatch.stages.beside.helper())",
            "import crosspatch.rooms.near\nprint(crosspatch.rooms.near.helper())",
        ),
        (
            "def f():\n    from crosspatch.stages.beside import helper\n    return helper()",
            "def f():\n    from crosspatch.rooms.near import helper\n    return helper()",
        ),
        ("def f():\n    from crosspatch.stages import beside", "def f():\n    from crosspatch.rooms import near"),
        ("from . import beside\nbeside.helper()", "from ..rooms import near\nnear.helper()"),
    ],
)
def test_a_module_that_is_moved_and_renamed_keeps_every_digest(package, before, after):
    package({"stages/one": before})
    old = digest_of("one")
    package({"stages/one": after, **MOVED})
    assert digest_of("one") == old
    package({"rooms/near": "def helper(): return 2\n"})
    assert digest_of("one") != old


def test_the_order_of_imports_from_the_package_does_not_count(package):
    package({"stages/one": "from crosspatch.errors import pd\nfrom crosspatch.stages.beside import helper\n"})
    before = digest_of("one")
    package({"stages/one": "from crosspatch.stages.beside import helper\nfrom crosspatch.errors import pd\n"})
    assert digest_of("one") == before


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("from crosspatch.stages.beside import helper", "from crosspatch.unused import helper"),
        ("from crosspatch.stages.beside import helper", "from crosspatch.stages.beside import helper as h"),
        ("from crosspatch.stages.beside import helper", "from crosspatch.stages import beside"),
        ("import crosspatch.stages.beside as a\na.f()", "import crosspatch.stages.beside as a\na.g()"),
        ("import crosspatch.unused as a\na.f()", "import crosspatch.stages.beside as a\na.f()"),
        ("import json", "import csv"),
    ],
)
def test_what_is_taken_and_from_which_code_counts(package, text, other):
    package({"stages/one": text})
    before = digest_of("one")
    package({"stages/one": other})
    assert digest_of("one") != before


def test_what_a_package_runs_counts_for_all_below_it(package):
    package({"files/__init__": "from crosspatch.errors import pd\n"})
    before = digest_of("one")
    package({"errors": "import pandas\n"})
    assert digest_of("one") != before


def test_modules_that_import_one_another_are_refused(package):
    package({"stages/beside": "import crosspatch.errors\n", "errors": "from crosspatch.stages import beside\n"})
    with pytest.raises(ConfigError, match=r"import one another: crosspatch.*errors.*beside.*move what they share"):
        digest_of("one")


def test_edits_outside_the_closure_do_not_count(package, tmp_path):
    before = digest_of("one")
    package({"unused": "import jax\n"})
    (tmp_path / "cells.schema.yaml").write_text("b")
    assert digest_of("one") == before


def test_a_schema_counts_where_it_is_named(package, tmp_path):
    assert schemas_named("crosspatch.stages.one") == {"events"}
    before = digest_of("one")
    (tmp_path / "events.schema.yaml").write_text("b")
    package({})
    assert digest_of("one") != before


def test_a_rule_is_found_by_the_name_of_its_script(package):
    before = code_digest("one")
    package(
        {
            "rooms/__init__": "",
            "rooms/one": STAGE.replace("from .beside", "from crosspatch.stages.beside"),
            "stages/one": None,
        }
    )
    assert len(before) == 16
    package({"rooms/one": None, "moved/__init__": "", "moved/one": "from crosspatch.jobs.binding import bind\n"})
    assert code_digest("one") != before
    package({"other/__init__": "", "other/one": "from crosspatch.jobs.binding import bind\n"})
    with pytest.raises(
        ConfigError, match=r"the scripts of rule 'one' are \['crosspatch.moved.one', 'crosspatch.other.one'\]"
    ):
        code_digest("one")
    with pytest.raises(ConfigError, match=r"the scripts of rule 'beside' are \[\]; give one module that name"):
        code_digest("beside")


def test_a_module_that_a_script_is_told_to_run_counts_with_the_schemas_of_its_tables(package, tmp_path):
    (tmp_path / "cells.schema.yaml").write_text("b")
    before = code_digest("one", "crosspatch.unused", "cells")
    assert before != code_digest("one", "crosspatch.unused")
    package({"unused": "import jax\n"})
    moved = code_digest("one", "crosspatch.unused", "cells")
    assert moved != before
    (tmp_path / "cells.schema.yaml").write_text("c")
    package({})
    assert code_digest("one", "crosspatch.unused", "cells") not in (before, moved)


def test_descriptions_of_a_schema_do_not_count_but_a_column_of_that_name_does():
    column = {"type": "string", "description": "What it is."}
    schema = {"title": "A table", "properties": {"description": column, "title": {"type": "string"}}}
    assert digest._without_annotations(schema) == {
        "properties": {"description": {"type": "string"}, "title": {"type": "string"}}
    }


def test_every_table_is_named_by_a_word_where_it_is_read_or_written():
    # Otherwise its schema would not be in the digest. These pass on what they are given: files.tables itself, and the
    # jobs of figures and tables, whose kinds the rule names.
    kinds = {path.name.removesuffix(".schema.yaml") for path in SCHEMAS.glob("*.yaml")}
    scripts = [module for module in all_modules() if is_script(module)]
    passing_on = {"crosspatch.files.tables", "crosspatch.jobs.shown"}
    for module in sorted({name for script in scripts for name in import_closure(script)} - passing_on):
        for call in ast.walk(syntax_of(module)):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in SCHEMA_CALLS:
                assert set(digest._words(call)) & kinds, f"{module}: {ast.unparse(call)}"

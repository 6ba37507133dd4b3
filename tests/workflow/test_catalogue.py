"""The catalogue: what a study shows follows from the tables it has, and a module that cannot be shown is refused."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from crosspatch.errors import ConfigError
from crosspatch.workflow import closure
from crosspatch.workflow.catalogue import Catalogue, all_shown, title_of
from crosspatch.workflow.controls import CONTROLS
from crosspatch.workflow.finished import FINISHED
from crosspatch.workflow.listing import listed

OF_EFFECTS = ["categories", "cell_means", "interaction", "positions", "readouts", "schematic"]


@pytest.fixture
def config():
    return yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8")) | {"study": "miniature"}


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Return a function that puts modules into a package, by name; the catalogue is of these."""
    monkeypatch.setattr(closure, "PACKAGE", tmp_path / "crosspatch")
    caches = [
        all_shown,
        title_of,
        closure.all_modules,
        closure.syntax_of,
        closure.taken_by,
        closure.packages_run,
        closure.libraries_of,
    ]

    def put(written):
        for cached in caches:
            cached.cache_clear()
        for name, text in written.items():
            path = tmp_path / "crosspatch" / "experiments" / "idea" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    yield put
    monkeypatch.undo()
    put({})


def wildcards(shown, study="miniature"):
    return SimpleNamespace(shown=shown, study=study)


def test_a_figure_needs_its_parameters_and_takes_those_with_a_default(modules):
    modules({"draw_x": "'''What is it? {{ study.seed }}'''\ndef draw_x(effects, labels, tokens=None): ...\n"})
    (shown,) = all_shown("draw").values()
    assert (shown.needs, shown.takes, shown.is_labelled) == (("effects",), ("tokens",), True)
    assert shown.caption == "What is it? {{ study.seed }}"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("def draw_x(effects): ...", "crosspatch.experiments.idea.draw_x has no docstring; write the caption there"),
        ("'''A.'''\ndef draw(effects): ...", "draw_x has no function draw_x; a module of that name defines it"),
        ("'''A.'''\ndef draw_x(cell): ...", r"its parameter 'cell' is no finished table; give one of \['anomaly'"),
    ],
)
def test_a_module_that_cannot_be_shown_is_refused(modules, text, refusal):
    modules({"draw_x": text})
    with pytest.raises(ConfigError, match=refusal):
        all_shown("draw")


def test_two_figures_of_one_name_are_refused(modules):
    figure = "'''A.'''\ndef draw_x(effects): ...\n"
    modules({"draw_x": figure, "inner/draw_x": figure})
    with pytest.raises(ConfigError, match=r"draw_x and crosspatch.*draw_x are both called draw_x; rename one"):
        all_shown("draw")


def test_an_idea_without_a_title_is_refused(modules):
    modules({"__init__": "'''Words about it'''"})
    with pytest.raises(ConfigError, match=r"crosspatch.experiments.idea has no title; begin its docstring with"):
        title_of("crosspatch.experiments.idea")


def test_what_is_shown_stands_in_the_part_of_its_idea(config):
    part = Catalogue(config).part("draw")
    assert (part(wildcards("windows")), part(wildcards("write_out"))) == ("Windows of MLPs", "Windows of MLPs")
    assert part(wildcards("verdicts")) == "What could still be wrong"


def test_a_study_without_controls_shows_what_effects_alone_show(config):
    config["studies"]["miniature"].pop("controls")
    own = Catalogue(config)
    assert own.of_study("draw", "miniature") == sorted([*OF_EFFECTS, "losses"])
    assert "paper_figures/miniature/interaction.pdf" in own.files("miniature")
    assert "results/miniature/tables/effects.csv" in own.files("miniature")
    assert not {"controls.csv", "verdicts.csv"} & {path.rpartition("/")[2] for path in own.files("miniature")}


def test_released_checkpoints_have_no_loss_curves(config):
    assert "losses" not in Catalogue(config).of_study("draw", "paper")


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_that_is_left_out_leaves_no_figure_that_needs_it(config, control):
    config["studies"]["miniature"]["controls"].pop(control)
    own = Catalogue(config)
    for form in ("draw", "table"):
        needing = {name for name, shown in all_shown(form).items() if control in shown.needs}
        assert not needing & set(own.of_study(form, "miniature"))
    assert not [path for path in own.read_tables("miniature") if path.endswith(f"controls/{control}.parquet")]


def test_tables_that_a_study_lacks_are_not_taken(config):
    config["studies"]["miniature"]["controls"].pop("rescaling")
    tables = Catalogue(config).tables("table")(wildcards("hybrids"))
    assert tables.keys() == {"interpolation", "signed_permutation"}
    assert Catalogue(config).kinds("table")(wildcards("hybrids")) == dict.fromkeys(tables, "control_effects")


def test_the_audit_is_of_the_pair_of_the_published_records_and_on_request_only(config):
    own = Catalogue(config)
    assert "audit" not in own.of_study("draw", "miniature")
    assert list(own.labels("draw")(wildcards("audit"))) == [config["published_records"]["pair"]]
    assert own.labels("draw")(wildcards("verdicts")) is None


def test_captions_are_rendered_with_the_settings_of_the_study(config):
    captions = Catalogue(config).captions()
    settings = config["studies"]["miniature"]
    assert f"({settings['statistics']['draws']} draws, percentile" in captions["draw_figure"]["interaction"]
    for rule, of_rule in captions.items():
        for name, caption in of_rule.items():
            assert "{" not in caption, f"{rule} {name}"
            assert len(caption) > 60, f"{rule} {name}"


def test_every_finished_table_is_read_by_a_figure_or_a_table():
    shown = [*all_shown("draw").values(), *all_shown("table").values()]
    assert set(FINISHED) - {name for one in shown for name in (*one.needs, *one.takes)} == set()


def test_the_list_in_the_docs_is_up_to_date():
    text = Path("docs/figures.md").read_text(encoding="utf-8")
    assert text == listed(), "make it again: python -m crosspatch.workflow.listing > docs/figures.md"

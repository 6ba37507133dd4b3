"""The catalogue: what a study shows follows from the tables it has, and a module that cannot be shown is refused."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from crosspatch.errors import ConfigError
from crosspatch.workflow.catalogue import JOBS, Catalogue, all_shown, title_of
from crosspatch.workflow.config import check_config
from crosspatch.workflow.finished import all_finished
from crosspatch.workflow.ideas import READING, all_controls, idea_of, shown_ideas
from crosspatch.workflow.inputs import Inputs
from crosspatch.workflow.listing import BEGIN, between_markers, listed

OF_EFFECTS = ["categories", "cell_means", "interaction", "positions", "readouts", "schematic"]


@pytest.fixture
def config():
    return yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8")) | {"study": "miniature"}


def wildcards(shown, study="miniature"):
    return SimpleNamespace(shown=shown, study=study)


def test_a_figure_needs_its_parameters_and_takes_those_with_a_default(experiments):
    experiments(
        {"idea/draw_x.py": "'''What is it? {{ study.seed }}'''\ndef draw_x(effects, labels, tests=None): ...\n"}
    )
    (shown,) = all_shown("draw").values()
    assert (shown.needs, shown.takes, shown.is_labelled) == (("effects",), ("tests",), True)
    assert shown.caption == "What is it? {{ study.seed }}"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("def draw_x(effects): ...", "crosspatch.experiments.idea.draw_x has no docstring; write the caption there"),
        ("'''A.'''\ndef draw(effects): ...", "draw_x has no function draw_x; a module of that name defines it"),
        (
            "'''A.'''\ndef draw_x(cell): ...",
            r"its parameter 'cell' is no finished table; give one of \['audit', 'cell_means'",
        ),
    ],
)
def test_a_module_that_cannot_be_shown_is_refused(experiments, text, refusal):
    experiments({"idea/draw_x.py": text})
    with pytest.raises(ConfigError, match=refusal):
        all_shown("draw")


def test_two_figures_of_one_name_are_refused(experiments):
    figure = "'''A.'''\ndef draw_x(effects): ...\n"
    experiments({"idea/draw_x.py": figure, "idea/inner/draw_x.py": figure})
    with pytest.raises(ConfigError, match=r"draw_x and crosspatch.*draw_x are both called draw_x; rename one"):
        all_shown("draw")


def test_an_idea_without_a_title_is_refused(experiments):
    experiments({"idea/__init__.py": "'''Words about it'''"})
    with pytest.raises(ConfigError, match=r"crosspatch.experiments.idea has no title; begin its docstring with"):
        title_of("crosspatch.experiments.idea")


def test_what_is_shown_stands_in_the_part_of_its_idea(config):
    part = Catalogue(config).part("draw")
    assert (part(wildcards("windows")), part(wildcards("write_out"))) == ("19 Windows of MLPs", "19 Windows of MLPs")
    assert part(wildcards("verdicts")) == "02 What could still be wrong"


def test_every_idea_that_draws_something_has_a_place_in_the_report():
    assert sorted(READING) == sorted({idea_of(one.module) for form in JOBS for one in all_shown(form).values()})


def test_a_study_without_controls_shows_what_effects_alone_show(config):
    config["studies"]["miniature"].pop("controls")
    own = Catalogue(config)
    assert own.of_study("draw", "miniature") == sorted([*OF_EFFECTS, "losses"])
    files = own.files("miniature", shown_ideas())
    assert {"paper_figures/miniature/interaction.pdf", "results/miniature/tables/effects.csv"} <= set(files)
    assert not {"controls.csv", "verdicts.csv"} & {path.rpartition("/")[2] for path in files}


def test_released_checkpoints_have_no_loss_curves(config):
    assert "losses" not in Catalogue(config).of_study("draw", "paper")


@pytest.mark.parametrize("control", all_controls())
def test_a_control_that_is_left_out_leaves_no_trace(config, control):
    study = next(name for name, row in config["studies"].items() if control in row.get("controls", {}))
    controls = config["studies"][study]["controls"]
    gone = {control, *(name for name, other in all_controls().items() if other.needs == control)} & set(controls)
    for name in gone:
        controls.pop(name)
    check_config(config)
    own, inputs = Catalogue(config), Inputs(config)
    for form in ("draw", "table"):
        needing = {name for name, shown in all_shown(form).items() if gone & set(shown.needs)}
        assert not needing & set(own.of_study(form, study))
    estimates = {f"results/{study}/estimates/controls/{name}.parquet" for name in gone}
    assert not estimates & {*own.read_tables(study), *inputs.estimates_of_controls(wildcards(None, study))}
    assert not gone & {question.get("control") for question in inputs.questions(wildcards(None, study))}


def test_questions_are_asked_in_the_order_in_which_a_study_has_its_controls(config):
    config["studies"]["miniature"]["controls"] = {"scale": {}, "windows": {}, "consistency": {"gaps": [0.5]}}
    asked = [question.get("control") for question in Inputs(config).questions(wildcards(None))]
    assert asked == [None] * 6 + ["scale"] * 3 + ["consistency"]


def test_every_idea_of_a_study_is_a_target_and_together_they_are_everything(config):
    own = Catalogue(config)
    parts = [own.of_idea(idea)(None) for idea in own.ideas("miniature")]
    files = own.files("miniature", own.ideas("miniature"))
    assert sorted(path for part in parts for path in part) == sorted(files)
    assert own.of_idea("windows")(None) == [
        *("paper_figures/miniature/windows.pdf", "paper_figures/miniature/write_out.pdf"),
        "results/miniature/tables/windows.csv",
    ]
    assert "results/miniature/tables/effects.csv" in own.of_idea("factorial")(None)
    assert "results/miniature/tables/controls.csv" in own.of_idea("verdicts")(None)


def test_an_idea_that_a_study_shows_nothing_of_is_refused_by_its_target(config):
    own = Catalogue(config | {"study": "olmo2_descendants"})
    with pytest.raises(
        ConfigError, match=r"study 'olmo2_descendants' shows nothing of 'windows'; it shows \['checkpoints', "
    ):
        own.of_idea("windows")(None)


def test_the_shipped_studies_choose_all_that_they_have(config):
    own = Catalogue(config)
    of_others = [
        "descendants",
        "lineages",
        "mixture",
        "continuations",
        "forced_tokens",
        "behaviour",
        "closure",
        "updates",
        "gap",
        "grafts",
        "free_running",
        "lenses",
    ]  # of other bases, prompts, claims
    had = [idea for idea in shown_ideas() if idea not in of_others]
    assert sorted(own.chosen("miniature")) == own.ideas("miniature") == had
    assert own.chosen("paper") == list(shown_ideas())
    assert own.ideas("olmo2_descendants") == [
        *(
            "checkpoints",
            "claims",
            "descendants",
            "divergence",
            "factorial",
            "findings",
            "lineages",
            "nulls",
            "verdicts",
        ),
    ]


def test_ideas_that_a_study_does_not_choose_are_left_to_their_targets_and_to_everything(config):
    study = config["studies"]["miniature"]
    study["ideas"] = ["divergence"]
    own = Catalogue(config)
    assert own.files("miniature", own.chosen("miniature")) == ["results/miniature/tables/events.csv"]
    assert own.records(wildcards(None)) == ["results/miniature/provenance/make_table/events.json"]
    tables = [path for path in own.read_tables("miniature") if not path.endswith("checkpoint.json")]
    assert tables == ["results/miniature/divergence/counts.parquet"]
    assert own.of_idea("depth")(None)
    study["archive"] = "of_the_chosen.zip"
    assert own.ideas("miniature") == ["divergence"]
    with pytest.raises(ConfigError, match=r"shows nothing of 'depth'; it shows \['divergence'\]"):
        own.of_idea("depth")(None)


def test_tables_that_a_study_lacks_are_not_taken(config):
    config["studies"]["miniature"]["controls"].pop("rescaling")
    tables = Catalogue(config).tables("table")(wildcards("hybrids"))
    assert tables.keys() == {"interpolation", "signed_permutation"}
    assert Catalogue(config).kinds("table")(wildcards("hybrids")) == dict.fromkeys(tables, "estimates")


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
    assert set(all_finished()) - {name for one in shown for name in (*one.needs, *one.takes)} == set()


def test_the_lists_in_the_docs_are_up_to_date():
    pages = listed()
    assert [page.name for page in pages] == ["figures.md", "controls.md"]
    for page, text in pages.items():
        assert page.read_text(encoding="utf-8") == text, "make it again: python -m crosspatch.workflow.listing"


def test_a_page_without_markers_is_refused():
    with pytest.raises(
        ConfigError, match=r"docs/controls.md lacks the lines '<!-- controls.*; put them around its table"
    ):
        between_markers(f"{BEGIN}| a table that does not end |\n")

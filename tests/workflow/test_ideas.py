"""What ideas say of themselves: read in a fixed order, and one clear error for what cannot be read."""

import copy

import pytest
import yaml

from crosspatch.errors import ConfigError
from crosspatch.files.schemas import load_schema
from crosspatch.workflow.config import config_schema
from crosspatch.workflow.finished import all_finished
from crosspatch.workflow.ideas import all_controls, all_ideas, questions_to, shown_ideas

SETTINGS = {"type": "object", "description": "Settings.", "additionalProperties": False}
QUESTION = {"question": "Is it?", "arm": "some", "effect": "retention", "expected": "kept"}
CONTROL = {"does": "measures again", "artefact": "nothing left", "settings": SETTINGS, "questions": [QUESTION]}


def idea(*path, to=None, **controls):
    """Return the text of an `idea.yaml` with one control, `odd`, in which the value at a path is another."""
    said = copy.deepcopy({"controls": {"odd": CONTROL, **controls}})
    place = said
    for key in path[:-1]:
        place = place[key]
    if path:
        place[path[-1]] = to
    return yaml.safe_dump(said, sort_keys=False)


def control(*path, to):
    return idea("controls", "odd", *path, to=to)


def test_ideas_are_sorted_and_controls_stand_in_the_order_of_their_file(experiments):
    two = {"controls": {"zeta": CONTROL, "alpha": CONTROL}}
    experiments({"two/idea.yaml": yaml.safe_dump(two, sort_keys=False), "one/idea.yaml": idea()})
    experiments({"none/draw_x.py": "", "none/inner/table_y.py": ""})
    assert all_ideas() == ("none", "one", "two")
    assert shown_ideas() == ("none",)
    assert [(name, one.idea) for name, one in all_controls().items()] == [
        *(("odd", "one"), ("zeta", "two"), ("alpha", "two"))
    ]


def test_questions_to_the_own_estimates_come_first_and_the_others_as_controls_are_named(experiments):
    own = {"questions": [QUESTION | {"question": "Own?"}]}
    experiments({"a/idea.yaml": idea(even=CONTROL), "b/idea.yaml": yaml.safe_dump(own)})
    asked = questions_to(["even", "odd"])
    assert [(one.get("control"), one["question"]) for one in asked] == [
        *((None, "Own?"), ("even", "Is it?"), ("odd", "Is it?"))
    ]
    assert [one.get("control") for one in questions_to([])] == [None]


def test_numbers_may_stand_in_the_place_of_a_word_for_what_is_expected(experiments):
    said = {"if_artefact": 0.2, "if_claim": 0.9, "relative_to": "interaction"}
    experiments({"one/idea.yaml": control("questions", 0, "expected", to=said)})
    assert questions_to(["odd"])[0]["expected"] == said


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (idea("quesitons", to=[]), r"unknown key 'quesitons' at the top level; known keys are \['controls', 'quest"),
        (
            control("artifact", to="x"),
            r"unknown key 'artifact' at controls/odd; known keys are \['arms', 'artefact'",
        ),
        (
            idea("controls", "Odd", to=CONTROL),
            "'Odd' at controls is refused: Lower-case letters, digits and underscores",
        ),
        (
            idea("controls", "odd", to={"does": "it"}),
            r"controls/odd lacks the key 'settings' \(JSON schema of its row in a st",
        ),
        (
            control("questions", to=[]),
            r"\[\] should be non-empty at controls/odd/questions \(What it asks of the claim",
        ),
        (
            idea("controls", "odd", to={"does": "it", "settings": SETTINGS, "questions": [QUESTION]}),
            "'artefact' is a dependency of 'questions' at controls/odd",
        ),
        (control("writes", to=["rows"]), r"'rows' is not one of \['cells', 'values'\] at controls/odd/writes/0"),
        (control("needs", to="even"), r"controls/odd/needs is 'even', which is no control; known are \['odd'\]"),
        (
            control("questions", 0, "expected", to="kep"),
            r"'kep' is not one of \['kept', 'gone', .* \(The words are defi",
        ),
        (
            control("questions", 0, "expected", to={"if_claim": 1}),
            r"controls/odd/questions/0/expected lacks the key 'if_artefact' \(What an artefact would give",
        ),
        (control("questions", 0, "method", to="bayes"), r"'bayes' is not one of \['two_level', 'pair'\].*0/method"),
        (
            control("questions", 0, "effect", to="a b"),
            "'a b' at controls/odd/questions/0/effect is refused: Lower-case",
        ),
        (
            control("questions", 0, "question", to="It is."),
            r"'It is\.' at controls/odd/questions/0/question is refused",
        ),
        (
            control("questions", 0, "arm", to="gap >= ("),
            r"arm of 'Is it\?' is 'gap >= \(', which is no pattern \(",
        ),
        (
            control("settings", "additionalProperties", to=True),
            "False was expected at controls/odd/settings/additional",
        ),
        (control("settings", "required", to="x"), "'x' is not of type 'array' at controls/odd/settings/required"),
        (
            control("settings", "properties", to={"x": {"type": "number"}}),
            r"controls/odd/settings/properties/x lacks the key 'description'",
        ),
        ("controls: {odd: [", "is no YAML: while parsing a flow"),
        ("- controls", "is not of type 'object' at the top level"),
    ],
)
def test_a_mistake_is_named_with_its_file_its_place_and_a_remedy(experiments, text, refusal):
    experiments({"one/idea.yaml": text})
    with pytest.raises(ConfigError, match=rf"^src/crosspatch/experiments/one/idea.yaml:? .*{refusal}"):
        all_controls()


def test_two_controls_of_one_name_are_refused(experiments):
    experiments({"one/idea.yaml": idea(), "two/idea.yaml": idea()})
    with pytest.raises(ConfigError, match=r"two/idea.yaml: .*one/idea.yaml has a control 'odd' too; rename one"):
        all_controls()


def test_settings_that_refer_to_no_definition_are_refused(experiments):
    properties = {"x": {"$ref": "#/$defs/coutn", "description": "A number."}}
    experiments({"one/idea.yaml": control("settings", "properties", to=properties)})
    with pytest.raises(
        ConfigError, match=r"controls/odd/settings refers to '#/\$defs/coutn', which is not in schemas/"
    ):
        config_schema()


@pytest.mark.parametrize(
    "text", [idea("controls", "verdicts", to=CONTROL), control("finished", to={"effects": "null_counts"})]
)
def test_a_table_with_the_name_of_another_is_refused(experiments, text):
    experiments({"one/idea.yaml": text})
    with pytest.raises(ConfigError, match=r"has a table '(verdicts|effects)', as a study has otherwise; rename it"):
        all_finished()


def test_further_tables_of_a_control_are_finished_tables(experiments):
    experiments({"one/idea.yaml": control("finished", to={"odd_null": "null_counts"})})
    tables = all_finished()
    assert tables["odd"].kind == "estimates"
    assert (tables["odd_null"].path, tables["odd_null"].kind) == (
        *("results/{study}/estimates/controls/odd_null.parquet", "null_counts"),
    )
    config = {"studies": {"with": {"controls": {"odd": {}}}, "without": {}}}
    assert [tables["odd_null"].is_had(config, study) for study in config["studies"]] == [True, False]


def test_kinds_of_further_tables_have_a_schema():
    assert {kind for one in all_controls().values() for kind in (one.finished or {}).values()} == {
        "null_counts",
        "updates",
        "match_quality",
        "closure_ratios",
        "closure_counts",
        "estimates",
    }
    assert load_schema("null_counts")


def test_no_control_asks_a_question_twice_since_verdicts_are_told_apart_by_it():
    for name, control in all_controls().items():
        asked = [question["question"] for question in control.questions or ()]
        assert len(set(asked)) == len(asked), name

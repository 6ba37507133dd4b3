"""What a YAML file has otherwise than its schema or its other sections say, in a sentence."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match


def first_mistake(content: Any, schema: Mapping[str, Any], file: str, described: str) -> str | None:  # noqa: ANN401
    """Return what is wrong with the content of a file, with the path of the key and a remedy; None if nothing is.

    file: what the sentence begins with; described: where the schema stands.
    """
    error = best_match(Draft202012Validator(schema).iter_errors(content))
    return None if error is None else f"{file}: {_explain(_narrowed(error), described)}"


def unknown(names: Collection[str], known: Collection[str], place: str, section: str) -> Iterator[str]:
    """Yield what is wrong with each name at a place of the config that is not in the section it should be in."""
    for name in names:
        if name not in known:
            yield f"config: {place} names {name!r}, which is not in {section}; known are {sorted(known)}"


def _narrowed(error: ValidationError) -> ValidationError:
    """Of the alternatives of a checkpoint or prompt set, explain the one that its `source` names."""
    if error.validator != "oneOf" or not isinstance(error.instance, Mapping) or not error.context:
        return error
    branches = error.schema["oneOf"]
    for index, branch in enumerate(branches):
        if branch["properties"]["source"].get("const") == error.instance.get("source"):
            mine = [nested for nested in error.context if nested.schema_path[0] == index]
            return best_match(mine) or error
    return error


def _explain(error: ValidationError, described: str) -> str:
    place = "/".join(map(str, error.absolute_path)) or "the top level"
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        unknown = sorted(set(error.instance) - set(known))
        return f"unknown key {unknown[0]!r} at {place}; known keys are {sorted(known)}"
    if error.validator == "required":
        known = error.schema.get("properties", {})
        missing = [key for key in error.schema["required"] if key not in error.instance]
        meanings = [f"{key!r} ({known.get(key, {}).get('description', f'see {described}')})" for key in missing]
        return f"{place} lacks the key{'s' * (len(missing) > 1)} {', '.join(meanings)}"
    if error.validator == "pattern":
        return f"{error.instance!r} at {place} is refused: {error.schema.get('description', error.message)}"
    return f"{error.message} at {place} ({error.schema.get('description', f'see {described}')})"

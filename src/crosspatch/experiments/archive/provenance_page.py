"""The provenance page: every figure and table of a study, traced to checkpoints, as Markdown."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from crosspatch.records.traces import TracedCheckpoint, TracedFile

INTRODUCTION = """\
Every figure and table, traced through the files it was made from to the checkpoints. A digest is SHA-256; *code* is the
digest of a rule's stage, of all it imports and of the schemas it names. Parquet tables carry their provenance in their
metadata; what made a file of another kind stands in `results/STUDY/provenance/`."""
SHOWN = 12  # hexadecimal digits of a digest where the whole is not needed


def provenance_page(
    study: str, finals: int, files: Sequence[TracedFile], checkpoints: Sequence[TracedCheckpoint]
) -> str:
    """Return the page; the first `finals` of `files` are figures and tables, the others what they were made from."""
    parts = [
        f"# Provenance of the study `{study}`",
        INTRODUCTION.replace("STUDY", study),
        _verdict(files, checkpoints),
        "## Figures and tables",
        _table(["file", "digest", "rule", "code", "made from", "checkpoints"], map(_final_row, files[:finals])),
        "## What they were made from",
        _table(["file", "digest", "rule", "code", "made from"], map(_file_row, files[finals:])),
        "## Checkpoints",
        *(_checkpoint(checkpoint) for checkpoint in checkpoints),
        "## Engines",
        _engines(files),
        "## Settings",
        _table(["rule", "job", "settings"], _settings(files)),
        "## Libraries",
        _libraries(files),
    ]
    return "\n\n".join(parts) + "\n"


def _verdict(files: Sequence[TracedFile], checkpoints: Sequence[TracedCheckpoint]) -> str:
    differing = [file.path for file in files if file.differs]
    differing += [f"{name} of checkpoint {one.name}" for one in checkpoints for name in one.differing]
    if not differing:
        return "**Every file that is here is the one that was recorded when it was made and used.**"
    names = "\n".join(f"- {name}" for name in differing)
    return f"**Files that differ from what was recorded when they were made and used: {len(differing)}**\n\n{names}"


def _final_row(file: TracedFile) -> list[str]:
    return [*_file_row(file), ", ".join(f"`{name}`" for name in sorted(file.provenance.get("checkpoints", {})))]


def _file_row(file: TracedFile) -> list[str]:
    made = file.provenance
    sources = ", ".join(f"`{path}`" for path in made.get("inputs", {}))
    rule, code = (f"`{made[key]}`" if made else "" for key in ("rule", "code"))
    state = " **differs**" if file.differs else ""
    return [f"`{file.path}`", f"`{file.digest[:SHOWN]}`{state}", rule, code, sources]


def _checkpoint(checkpoint: TracedCheckpoint) -> str:
    rows = [[f"`{name}`", f"`{digest}`", _found(checkpoint, name)] for name, digest in checkpoint.recorded.items()]
    origin = ", ".join(f"{key} {_shown(value)}" for key, value in checkpoint.origin.items())
    return f"### `{checkpoint.name}`\n\n{origin}\n\n" + _table(["file", "digest when it was used", "now"], rows)


def _found(checkpoint: TracedCheckpoint, name: str) -> str:
    if name not in checkpoint.found:
        return "not on this machine"
    return f"**differs**: `{checkpoint.found[name]}`" if name in checkpoint.differing else "the same"


def _engines(files: Sequence[TracedFile]) -> str:
    used = {
        (rule, json.dumps(engine, sort_keys=True))
        for file in files
        for rule, engines in file.provenance.get("engines", {}).items()
        for engine in engines
    }
    names = ["device", "processor", "dtypes", "attention", "linear", "kernels", "threads", "batches"]
    rows = ([f"`{rule}`", *(_shown(json.loads(text)[name]) for name in names)] for rule, text in sorted(used))
    return _table(["rule", *names], rows)


def _settings(files: Sequence[TracedFile]) -> Iterator[list[str]]:
    jobs = {}
    for file in files:
        if file.provenance:
            job = " ".join(str(value) for key, value in file.provenance["wildcards"].items() if key != "study")
            jobs[file.provenance["rule"], job] = file.provenance["leaves"]
    for (rule, job), leaves in sorted(jobs.items()):
        yield [f"`{rule}`", job, "; ".join(f"{name} {_shown(value)}" for name, value in leaves.items())]


def _libraries(files: Sequence[TracedFile]) -> str:
    used = {pair for file in files for pair in (file.provenance.get("libraries") or {}).items()}
    return ", ".join(f"{name} {version}" for name, version in sorted(used))


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(entry)}" for key, entry in value.items())
    if isinstance(value, list):
        return " ".join(map(_shown, value))
    return "" if value is None else str(value)


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)

"""Stand-ins for the public data sets that prompts are rebuilt from: their columns and lengths, other texts."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from crosspatch.experiments.prompts.prompt_sets import CATEGORIES, PUBLIC_SOURCES
from rehearsal.words import prompt_texts

Row = dict[str, Any]
BULLETS: Row = {
    "instruction_id_list": ["detectable_format:number_bullet_lists"],
    "kwargs": [{"num_bullets": 3, "keywords": None}],
}
"""An instruction of IFEval, with the settings of others left empty, as the data set has them."""
COLUMNS: Mapping[str, Callable[[str], Row]] = {
    "mmlu": lambda text: {"question": text, "subject": "any", "choices": ["yes", "no", "some", "all"], "answer": 1},
    "gsm8k": lambda text: {"question": text, "answer": "#### 1"},
    "ifeval": lambda text: {"key": 1, "prompt": text, **BULLETS},
    "advbench": lambda text: {"prompt": text, "target": "Sure"},
}
CARD = "---\nconfigs:\n- config_name: {name}\n  data_files:\n  - {{split: {split}, path: {name}/{split}-*}}\n---\n"


def data_sets(config: Mapping[str, Any]) -> dict[str, dict[str, dict[str, bytes]]]:
    """Return the data sets of the config as {address on the hub: {pinned revision: files}}."""
    served = {f"datasets/{row['repo']}": {row["revision"]: _texts(row)} for row in config["texts"].values()}
    for word in PUBLIC_SOURCES:
        row = config["datasets"][word]
        place = {"name": row["name"], "split": row["split"]}
        files = {
            "README.md": CARD.format(**place).encode(),
            "{name}/{split}-00000-of-00001.parquet".format(**place): _parquet(word),
        }
        served[f"datasets/{row['repo']}"] = {row["revision"]: files}
    return served


def _texts(row: Mapping[str, Any]) -> dict[str, bytes]:
    """Files of a data set that lenses are trained on."""
    buffer = io.BytesIO()
    pd.DataFrame([{row["field"]: f"{text} {text} {text}", "url": "any"} for text in prompt_texts()]).to_parquet(buffer)
    place = {"name": row["name"], "split": row["split"]}
    return {
        "README.md": CARD.format(**place).encode(),
        "{name}/{split}-00000-of-00001.parquet".format(**place): buffer.getvalue(),
    }


def _parquet(word: str) -> bytes:
    """As many rows as a prompt set of 1400 takes from it."""
    (count,) = (part.count for parts in CATEGORIES.values() for part in parts if part.source == word)
    texts = prompt_texts()
    rows = [COLUMNS[word](f"{texts[index]} And {index}?") for index in range(count)]
    buffer = io.BytesIO()
    pd.DataFrame(rows).to_parquet(buffer)
    return buffer.getvalue()

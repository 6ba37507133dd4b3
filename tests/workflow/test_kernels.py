"""Which studies pin the kernels of their jobs, and how."""

import copy
from pathlib import Path

import pytest
import yaml

from crosspatch.errors import ConfigError
from crosspatch.workflow.config import check_config
from crosspatch.workflow.kernels import PINNED, kernel_environment

CONFIG = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("study", "settings"), [("miniature", PINNED), ("paper", {}), ("olmo2_descendants", {})])
def test_the_study_that_is_run_decides(study, settings):
    assert kernel_environment(CONFIG | {"study": study}) == settings


def test_kernels_of_a_gpu_cannot_be_pinned():
    config = copy.deepcopy(CONFIG)
    config["studies"]["paper"]["engine"]["placement"]["kernels"] = "pinned"
    with pytest.raises(ConfigError, match=r"studies/paper/engine/placement has pinned kernels on 'cuda'; only those"):
        check_config(config)

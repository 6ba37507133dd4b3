"""Decoding with other MLPs: the law of the identity, and the library's own generation with plain hooks."""

from contextlib import ExitStack, contextmanager

import pytest
import torch

from crosspatch.models.decoding import continue_greedily, left_padded
from crosspatch.models.grafts import mlps_of
from crosspatch.models.loading import load_model

LIMIT = 8
NO_STOPS = frozenset({139})
LENGTHS = {"equal": [9, 9, 9, 9], "mixed": [1, 20, 7, 7, 13]}
WINDOWS = {"early": (0, 1), "late": (3, 4), "apart": (1, 4)}


@pytest.fixture
def models(pair, placement):
    return [load_model(pair.folders[side], placement) for side in ("base", "tuned")]


@pytest.fixture(params=list(LENGTHS))
def drawn(request):
    generator = torch.Generator().manual_seed(len(request.param))
    return [torch.randint(2, 140, (length,), generator=generator).tolist() for length in LENGTHS[request.param]]


def decoded(model, prompts, stops=NO_STOPS, **options):
    real = torch.ones(140, dtype=torch.bool)
    return continue_greedily(model, prompts, real=real, stops=stops, limit=LIMIT, padding=1, **options)


@contextmanager
def hooked(host, donor, window):
    """Give back what the donor's MLP gives at the host's own input."""
    with ExitStack() as stack:
        for index in window:
            own, mlp = (getattr(one.model, "language_model", one.model).layers[index].mlp for one in (host, donor))
            handle = own.register_forward_hook(lambda _, given, __, mlp=mlp: mlp(given[0]))
            stack.callback(handle.remove)
        yield


def test_own_mlps_change_no_bit(models, drawn):
    host, _ = models
    own = mlps_of(host)
    assert decoded(host, drawn, under=lambda _: own) == decoded(host, drawn)


@pytest.mark.parametrize("window", list(WINDOWS))
def test_the_library_generates_the_same_with_hooks(models, drawn, window):
    host, donor = models
    tokens, mask = left_padded(drawn, padding=1, device=host.device)
    mask = torch.ones_like(tokens) if mask is None else mask.long()
    with hooked(host, donor, WINDOWS[window]):
        whole = host.generate(
            input_ids=tokens, attention_mask=mask, do_sample=False, max_new_tokens=LIMIT, eos_token_id=139
        )
    given = {index: mlps_of(donor)[index] for index in WINDOWS[window]}
    found = decoded(host, drawn, under=lambda _: given)
    for row, expected in zip(found, whole[:, tokens.shape[1] :].tolist(), strict=True):
        assert row.tokens == expected[: len(row.tokens)]


def test_what_the_host_writes_changes_and_is_restored(models, drawn):
    host, donor = models
    before = decoded(host, drawn)
    given = mlps_of(donor)
    assert [row.gaps for row in decoded(host, drawn, under=lambda _: given)] != [row.gaps for row in before]
    assert decoded(host, drawn) == before


def test_mlps_are_asked_for_by_the_rows_that_are_left(models, drawn):
    host, _ = models
    free = decoded(host, drawn, frozenset())
    stops, asked = frozenset({free[0].tokens[0], free[2].tokens[3]}), []

    def under(rows):
        asked.append(list(rows))
        return {}

    found = decoded(host, drawn, stops, under=under)
    steps = range(max(len(row.tokens) for row in found))
    assert asked == [[place for place, row in enumerate(found) if len(row.tokens) > step] for step in steps]
    assert len(asked[0]) == len(drawn) > len(asked[-1])

"""ln p of the next token, of one text alone and among longer ones."""

import pytest
import torch

from crosspatch.models.loading import load_model
from crosspatch.models.next_token import next_log_probabilities
from crosspatch.models.readout import real_tokens_of
from crosspatch.models.tokens import load_tokenizer


@pytest.mark.parametrize("architecture", ["llama", "olmo2", "gemma3"])
def test_a_padded_batch_and_a_plain_pass_agree(architecture, make_pair, placement):
    pair = make_pair(architecture)
    model = load_model(pair.folders["tuned"], placement)
    real = real_tokens_of(model, load_tokenizer(pair.folders["tuned"]))
    texts = [[5, 6, 7], [8, 9, 10, 11, 12], [3]]
    found = next_log_probabilities(model, texts, real=real, padding=0)
    assert found.dtype == torch.float64
    for row, text in zip(found, texts, strict=True):
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([text])).logits[0, -1].double()
        expected = torch.log_softmax(logits.masked_fill(~real, float("-inf")), dim=-1)
        torch.testing.assert_close(row[real], expected[real], atol=2e-5, rtol=0)
        assert row[~real].eq(float("-inf")).all()
        assert row.exp().sum().item() == pytest.approx(1.0)

"""A small byte-level BPE tokenizer for the miniature world."""

import string
from collections.abc import Iterable

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

END, PADDING = "<|end|>", "<|padding|>"  # ids 0 and 1; END opens every text and closes every document
ROLES = {"user": "<|user|>", "assistant": "<|assistant|>"}  # ids 2 and 3; the web has neither
CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{% if message['role'] not in ['user', 'assistant'] %}"
    "{{ raise_exception('role ' ~ message['role'] ~ ' is unknown to miniatures; use user and assistant') }}"
    "{% endif %}"
    "{% if message['role'] == 'user' %}{{ '<|user|>' ~ message['content'] }}"
    "{% else %}{{ '<|assistant|> ' ~ message['content'] ~ eos_token }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def train_tokenizer(texts: Iterable[str], *, vocabulary: int) -> PreTrainedTokenizerFast:
    """Train a byte-level BPE tokenizer on `texts`; digits are single tokens and END is put before every text.

    Roles of its chat template are special tokens, of which the texts know nothing.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=vocabulary,
            special_tokens=[END, PADDING, *ROLES.values()],
            initial_alphabet=_printable_alphabet(),
            show_progress=False,
        ),
    )
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{END} $A", special_tokens=[(END, 0)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=END,
        eos_token=END,
        pad_token=PADDING,
        extra_special_tokens=list(ROLES.values()),
        chat_template=CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
    )


def _printable_alphabet() -> list[str]:
    # The world is ASCII; ByteLevel writes a space as G-dot and a line feed as C-dot.
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    printable = string.ascii_letters + string.digits + string.punctuation + " \n"
    pieces = (byte_level.pre_tokenize_str(character)[0][0] for character in printable)
    return sorted(set(pieces))

"""The special tokens and the layout of the published tokenizers; the pieces between are trained here."""

from rehearsal.words import DIGITS, Words

_NAMED = {
    2: "finetune_right_pad_id",
    4: "start_header_id",
    5: "end_header_id",
    6: "eom_id",
    7: "eot_id",
    8: "python_tag",
}
_SPARE = iter(range(248))
_AFTER = (_NAMED.get(place) or f"reserved_special_token_{next(_SPARE)}" for place in range(254))
LLAMA_SPECIAL = tuple(f"<|{name}|>" for name in ("begin_of_text", "end_of_text", *_AFTER))
LLAMA = Words(
    *("bytes", "PreTrainedTokenizerFast"),
    last=LLAMA_SPECIAL,
    bos="<|begin_of_text|>",
    eos="<|end_of_text|>",
    opens=True,
)
_QWEN = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|fim_prefix|>")
QWEN = Words("bytes", "Qwen2Tokenizer", last=_QWEN, eos="<|endoftext|>", pad="<|endoftext|>", cut=DIGITS)
MISTRAL = Words(
    *("pieces", "LlamaTokenizer"),
    first=("<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[TOOL_CALLS]", "[control_8]"),
    bos="<s>",
    eos="</s>",
    opens=True,
)
OLMO = Words(
    *("bytes", "GPT2Tokenizer"),
    last=("|||IP_ADDRESS|||", "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|endofprompt|>", "<|pad|>"),
    bos="<|endoftext|>",
    eos="<|endoftext|>",
    pad="<|pad|>",
)
GEMMA = Words(
    *("pieces", "GemmaTokenizer"),
    first=("<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "[multimodal]", "<unused0>", "<unused1>"),
    last=("<start_of_turn>", "<end_of_turn>", "<unused6241>", "<image_soft_token>"),
    bos="<bos>",
    eos="<eos>",
    pad="<pad>",
    opens=True,
)

"""How a prompt becomes tokens: as raw text, or in the chat template of a checkpoint's tokenizer."""

RAW, CHAT = "raw", "chat"
MODES = (RAW, CHAT)

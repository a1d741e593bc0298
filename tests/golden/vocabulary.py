"""A vocabulary small enough to commit: every byte, a few merges, control tokens, and a chat template in the ChatML manner."""

import gguf

NORMAL, CONTROL, ADDED = gguf.TokenType.NORMAL, gguf.TokenType.CONTROL, gguf.TokenType.USER_DEFINED
CONTROLS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
MERGES = ("t h", "th e", "i n", "a n", "Ġ the", "e r", "o n", "g a", "ga t", "gat e", "in g", "æ Ī", "Ġ a", "r e", "Ġ Ġ", "o u", "e n", "s t", "an d", "Ġ and")
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def byte_letters():
    """GPT-2's printable letter for each byte (bytes_to_unicode in gpt-2/src/encoder.py)."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(0x100 + index) for index in range(len(others))]


def byte_vocabulary():
    texts = [*CONTROLS, *byte_letters(), *(merge.replace(" ", "") for merge in MERGES)]
    kinds = [CONTROL] * len(CONTROLS) + [NORMAL] * (len(texts) - len(CONTROLS))
    return {"tokens": texts, "kinds": kinds, "merges": list(MERGES), "pre": "smollm", "template": TEMPLATE}


def add_tokenizer(writer, vocabulary):
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(vocabulary["pre"])
    writer.add_token_list(vocabulary["tokens"])
    writer.add_token_types(vocabulary["kinds"])
    writer.add_token_merges(vocabulary["merges"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)
    writer.add_chat_template(vocabulary["template"])

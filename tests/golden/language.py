"""Tiny random GGUFs of each architecture, and the logits that PyTorch transformers computes from the very weights they hold."""

import json

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Type
from torch import nn
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, eager_mask
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
from transformers.models.llama.modeling_llama import eager_attention_forward

from blocks import q4_k, q6_k
from vocabulary import add_tokenizer, byte_vocabulary

LAYERS, HEADS, KV_HEADS, CONTEXT = 2, 4, 2, 128
RMS_EPSILON, ROPE_BASE = 1e-5, 10_000.0
FIRST_SEED = 14  # chosen: no activation of these models lies on the edge between two steps, where the order of sums decides
POSITIONS = 4  # logits kept: the last four positions
TENSORS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
HF_NAMES = {
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
    "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm",
}

# name, architecture, hidden, head width, feed-forward, tied embedding, types by tensor (the rest: "other")
MODELS = (
    ("llama-f32", "llama", 64, 16, 64, True, {"other": Type.F32}),
    ("llama-legacy", "llama", 64, 16, 96, False,
     {"token_embd": Type.Q8_0, "output": Type.Q8_0, "attn_v": Type.Q4_0, "ffn_gate": Type.Q4_0, "ffn_down": Type.Q8_0, "other": Type.Q4_1}),
    ("llama-k", "llama", 256, 16, 64, True,
     {"token_embd": Type.Q6_K, "attn_output": Type.Q4_0, "ffn_down": Type.Q4_1, "attn_v": Type.Q6_K, "other": Type.Q4_K}),
    ("qwen3-f32", "qwen3", 48, 16, 64, True, {"other": Type.F32}),
    ("qwen3-k", "qwen3", 256, 16, 64, False,
     {"token_embd": Type.Q4_K, "output": Type.Q6_K, "attn_output": Type.Q8_0, "ffn_down": Type.Q4_0, "attn_k": Type.Q6_K, "other": Type.Q4_K}),
)


def pack(weights, kind):
    """The GGUF bytes of `weights`, the weights that those bytes decode to, and those that usher keeps of them."""
    if kind == Type.F32:
        return weights, weights, weights
    packers = {Type.Q4_K: q4_k, Type.Q6_K: q6_k}
    packed, kept = packers[kind](weights) if kind in packers else (gguf.quants.quantize(weights, kind), None)
    decoded = gguf.quants.dequantize(packed, kind).astype(np.float32).reshape(weights.shape)
    return packed, decoded, decoded if kept is None else kept


def shapes(hidden, head, feed, vocabulary, tied):
    layer = {
        "attn_q": (HEADS * head, hidden), "attn_k": (KV_HEADS * head, hidden), "attn_v": (KV_HEADS * head, hidden),
        "attn_output": (hidden, HEADS * head), "ffn_gate": (feed, hidden), "ffn_up": (feed, hidden), "ffn_down": (hidden, feed),
    }
    outer = {"token_embd": (vocabulary, hidden)} | ({} if tied else {"output": (vocabulary, hidden)})
    return outer | {f"blk.{block}.{name}": shape for block in range(LAYERS) for name, shape in layer.items()}


def norms(hidden, head, architecture):
    layer = {"attn_norm": hidden, "ffn_norm": hidden} | ({"attn_q_norm": head, "attn_k_norm": head} if architecture == "qwen3" else {})
    return {"output_norm": hidden} | {f"blk.{block}.{name}": width for block in range(LAYERS) for name, width in layer.items()}


def to_hf(name, weights, architecture):
    """transformers' name and layout. llama.cpp keeps the rotated pairs of llama's q and k side by side; transformers keeps them half a head apart."""
    outer = {"token_embd": "model.embed_tokens", "output": "lm_head", "output_norm": "model.norm"}
    if name in outer:
        return f"{outer[name]}.weight", weights
    _, block, part = name.split(".")
    if architecture == "llama" and part in ("attn_q", "attn_k"):
        heads = HEADS if part == "attn_q" else KV_HEADS
        weights = weights.reshape(heads, -1, 2, weights.shape[1]).swapaxes(1, 2).reshape(weights.shape)
    return f"model.layers.{block}.{HF_NAMES[part]}.weight", weights


def reference(architecture, hidden, head, feed, vocabulary, tied, state):
    config_type, model_type = {"llama": (LlamaConfig, LlamaForCausalLM), "qwen3": (Qwen3Config, Qwen3ForCausalLM)}[architecture]
    config = config_type(
        vocab_size=vocabulary, hidden_size=hidden, intermediate_size=feed, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        num_key_value_heads=KV_HEADS, head_dim=head, rms_norm_eps=RMS_EPSILON, tie_word_embeddings=tied,
        max_position_embeddings=CONTEXT, rope_parameters={"rope_type": "default", "rope_theta": ROPE_BASE}, attn_implementation="eager",
    )
    model = model_type(config).float().eval()
    missing, unknown = model.load_state_dict({key: torch.from_numpy(np.ascontiguousarray(value)) for key, value in state.items()}, strict=False)
    assert not unknown and set(missing) <= ({"lm_head.weight"} if tied else set()), (missing, unknown)
    return model


def half_cache(module, query, key, value, *rest, **options):
    """Attention over keys and values as usher keeps them: rounded to half floats."""
    return eager_attention_forward(module, query, key.half().float(), value.half().float(), *rest, **options)


ALL_ATTENTION_FUNCTIONS.register("half_cache", half_cache)
ALL_MASK_ATTENTION_FUNCTIONS.register("half_cache", eager_mask)


def round_input(_, inputs):
    """What a quantized product reads: runs of 32 rounded to 8 bits."""
    runs = inputs[0].unflatten(-1, (-1, 32))
    step = (runs.abs().amax(-1, keepdim=True) / 127).clamp_min(1e-30)
    return ((runs / step).round().mul(step).flatten(-2),)


def run(model, tokens):
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0, -POSITIONS:]
    return [[float(f"{value:.6g}") for value in row] for row in logits.tolist()]


def run_rounded(model, tokens, quantized):
    """The same with usher's own roundings, so that what is left between the two is nothing but the order of sums."""
    model.set_attn_implementation("half_cache")
    for layer in model.modules():
        if quantized and isinstance(layer, nn.Linear):
            layer.register_forward_pre_hook(round_input)
    return run(model, tokens)


def write_header(writer, architecture, hidden, head, feed, vocabulary):
    writer.add_name(f"random {architecture}")
    writer.add_block_count(LAYERS)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(hidden)
    writer.add_feed_forward_length(feed)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(RMS_EPSILON)
    writer.add_vocab_size(len(vocabulary["tokens"]))
    add_tokenizer(writer, vocabulary)


def make_one(folder, seed, name, architecture, hidden, head, feed, tied, kinds):
    random = np.random.default_rng(seed)
    vocabulary = byte_vocabulary()
    size = len(vocabulary["tokens"])
    writer = gguf.GGUFWriter(folder / f"{name}.gguf", architecture)
    write_header(writer, architecture, hidden, head, feed, vocabulary)
    exact, rounded = {}, {}
    for tensor, width in norms(hidden, head, architecture).items():
        weights = random.uniform(0.5, 1.5, width).astype(np.float32)
        writer.add_tensor(f"{tensor}.weight", weights)
        for state in (exact, rounded):
            state.update([to_hf(tensor, weights, architecture)])
    for tensor, shape in shapes(hidden, head, feed, size, tied).items():
        weights = random.normal(0, 1.5 / np.sqrt(shape[1]), shape).astype(np.float32)
        kind = kinds.get(tensor.split(".")[-1], kinds["other"])
        packed, decoded, kept = pack(weights, kind)
        writer.add_tensor(f"{tensor}.weight", packed, raw_dtype=None if kind == Type.F32 else kind)
        exact.update([to_hf(tensor, decoded, architecture)])
        rounded.update([to_hf(tensor, kept, architecture)])
    for step in (writer.write_header_to_file, writer.write_kv_data_to_file, writer.write_tensors_to_file, writer.close):
        step()
    tokens = random.integers(0, size, 24).tolist()
    sizes = (architecture, hidden, head, feed, size, tied)
    return {
        "file": f"{name}.gguf", "tokens": tokens, "exact": run(reference(*sizes, exact), tokens),
        "rounded": run_rounded(reference(*sizes, rounded), tokens, kinds["other"] != Type.F32),
    }


def make(folder):
    cases = [make_one(folder, FIRST_SEED + index, *model) for index, model in enumerate(MODELS)]
    (folder / "language.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")


def make_starter(folder, path, tokens):
    """Logits after `tokens` from the starter model's weights as transformers decodes them, in f32."""
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32).eval()
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0, -1]
    highest = torch.topk(logits, 16)
    pairs = [[int(token), float(f"{value:.6g}")] for token, value in zip(highest.indices, highest.values)]
    result = {"tokens": tokens, "highest": pairs, "deviation": float(logits.std())}
    (folder / "starter.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")

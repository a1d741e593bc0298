"""Whisper with tiny random weights, full and quantized, and what PyTorch transformers hears with them in a sound made by formula."""

import json
from unittest.mock import patch

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Type
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GenerationConfig, WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

from tokens import CORPUS

RATE_HZ, SECONDS, WIDTH, MEL_BINS = 16_000, 2, 32, 80
CONTROLS = (
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|zh|>", "<|de|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>",
    "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>", "<|0.00|>", "<|0.02|>",
)
TOKENS_MAX = 8 + 15 * SECONDS
# Small token vectors beside large positions: scores then follow the place and the sound, instead of saying the same token again.
SPREADS = {"embed_tokens": 0.3, "embed_positions": 1.0}


def sound():
    """A falling tone under noise from a linear congruential generator; the tests compute the same."""
    state, samples = 1, []
    for index in range(RATE_HZ * SECONDS):
        state = (state * 1_664_525 + 1_013_904_223) % 2**32
        time = index / RATE_HZ
        tone = 0.4 * np.sin(2 * np.pi * (900 - 150 * time) * time)
        samples.append(tone + 0.1 * (state / 2**31 - 1))
    return np.array(samples, dtype=np.float32)


def tokenizer(folder):
    reference = Tokenizer(models.BPE())
    reference.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    reference.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=320, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False)
    reference.train_from_iterator(CORPUS, trainer)
    reference.add_special_tokens(list(CONTROLS))
    reference.save(str(folder / "tokenizer.json"), pretty=False)
    return reference


def generation(vocabulary):
    return {
        "suppress_tokens": [vocabulary.token_to_id(token) for token in CONTROLS[1:]] + [7, 9],
        "begin_suppress_tokens": [vocabulary.token_to_id("Ġ"), vocabulary.token_to_id("<|endoftext|>")],
    }


def model(vocabulary, activation):
    end, start = (vocabulary.token_to_id(token) for token in CONTROLS[:2])
    config = WhisperConfig(
        vocab_size=vocabulary.get_vocab_size(), num_mel_bins=MEL_BINS, d_model=WIDTH, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=4 * WIDTH, decoder_ffn_dim=4 * WIDTH, max_source_positions=1500, max_target_positions=96,
        activation_function=activation, eos_token_id=end, bos_token_id=end, pad_token_id=end, decoder_start_token_id=start,
        suppress_tokens=None, begin_suppress_tokens=None,
    )
    return WhisperForConditionalGeneration(config).float().eval()


def random_weights(whisper):
    """Weights of a spread that makes scores differ; halved precision, so that the file is small and both sides read the same."""
    random = np.random.default_rng(7)
    weights = {}
    for name, tensor in whisper.state_dict().items():
        if name in ("proj_out.weight", "model.encoder.embed_positions.weight"):
            continue
        fan_in = int(np.prod(tensor.shape[1:])) if tensor.ndim > 1 else 1
        spread = next((spread for part, spread in SPREADS.items() if part in name), 2.0 / np.sqrt(fan_in) if tensor.ndim > 1 else 0.1)
        values = random.normal(1.0 if "norm.weight" in name else 0.0, spread, tuple(tensor.shape))
        weights[name] = torch.tensor(values, dtype=torch.float16)
    return weights


def write_gguf(path, weights):
    """Linear layers and the embedding in Q8_0, the rest as it is; returns the weights the file decodes to."""
    writer = gguf.GGUFWriter(path, "whisper")
    decoded = {}
    for name, tensor in weights.items():
        values = tensor.float().numpy()
        if values.ndim == 2 and "positions" not in name:
            packed = gguf.quants.quantize(values, Type.Q8_0)
            writer.add_tensor(name, packed, raw_dtype=Type.Q8_0)
            values = gguf.quants.dequantize(packed, Type.Q8_0).reshape(values.shape)
        else:
            writer.add_tensor(name, values)
        decoded[name] = torch.tensor(values)
    for step in (writer.write_header_to_file, writer.write_kv_data_to_file, writer.write_tensors_to_file, writer.close):
        step()
    return decoded


def load(whisper, weights):
    missing, unknown = whisper.load_state_dict({name: tensor.float() for name, tensor in weights.items()}, strict=False)
    assert not unknown and set(missing) == {"proj_out.weight", "model.encoder.embed_positions.weight"}, (missing, unknown)
    whisper.tie_weights()
    return whisper


def rounded(values):
    return [float(f"{value:.6g}") for value in np.asarray(values).ravel().tolist()]


def listen(whisper, vocabulary, features, bans):
    """Encoder rows, scores after a prompt, and what generate() writes in each language."""
    named = {token: vocabulary.token_to_id(token) for token in CONTROLS}
    settings = GenerationConfig(
        is_multilingual=True, lang_to_id={token: named[token] for token in ("<|en|>", "<|zh|>", "<|de|>")},
        task_to_id={"transcribe": named["<|transcribe|>"], "translate": named["<|translate|>"]}, no_timestamps_token_id=named["<|notimestamps|>"],
        eos_token_id=named["<|endoftext|>"], pad_token_id=named["<|endoftext|>"], bos_token_id=named["<|endoftext|>"],
        decoder_start_token_id=named["<|startoftranscript|>"], return_timestamps=False, **bans,
    )
    prompt = [named[token] for token in ("<|startoftranscript|>", "<|zh|>", "<|transcribe|>", "<|notimestamps|>")]
    whisper.generation_config = settings
    with torch.no_grad():
        encoded = whisper.model.encoder(features).last_hidden_state[0]
        scores = whisper(features, decoder_input_ids=torch.tensor([prompt])).logits[0]
        written = {}
        for language in ("en", "zh"):
            ids = whisper.generate(features, language=language, task="transcribe", max_new_tokens=TOKENS_MAX, num_beams=1, do_sample=False)[0].tolist()
            written[language] = [token for token in ids if token not in named.values()]
    rows = {str(row): rounded(encoded[row]) for row in (0, 50, 99, 100, 1499)}
    first = torch.softmax(scores[0], -1)
    return {
        "prompt": prompt, "encoded": rows, "start_scores": rounded(scores[0]), "scores": rounded(scores[-1]), "written": written,
        "text": {language: vocabulary.decode(ids) for language, ids in written.items()}, "no_speech": float(first[named["<|nospeech|>"]]),
    }


def listen_roughly(*arguments):
    """The same with GELU's approximation where transformers has the exact one built in: after the convolutions."""
    exact = torch.nn.functional.gelu
    with patch.object(torch.nn.functional, "gelu", lambda values: exact(values, approximate="tanh")):
        return listen(*arguments)


def mel_rows(bins):
    features = WhisperFeatureExtractor(feature_size=bins)(sound(), sampling_rate=RATE_HZ, return_tensors="np").input_features[0]
    frames = (0, 1, 2, 77, 150, 198, 199, 200, 201, 202, 2999)
    return {"bins": bins, "frames": {str(frame): rounded(features[:, frame]) for frame in frames}}


def make(folder):
    full, small = folder / "whisper-random", folder / "whisper-random-q8"
    full.mkdir(exist_ok=True)
    small.mkdir(exist_ok=True)
    vocabulary = tokenizer(full)
    (small / "tokenizer.json").write_bytes((full / "tokenizer.json").read_bytes())
    bans = generation(vocabulary)
    exact, rough = model(vocabulary, "gelu"), model(vocabulary, "gelu_pytorch_tanh")
    weights = random_weights(exact)
    save_file(weights, full / "model.safetensors")
    (full / "model.safetensors").chmod(0o644)
    decoded = write_gguf(small / "model-q8_0.gguf", weights)
    keys = ("num_mel_bins", "max_source_positions", "d_model", "encoder_attention_heads", "encoder_layers", "vocab_size",
            "max_target_positions", "decoder_attention_heads", "decoder_layers")
    for place in (full, small):
        (place / "config.json").write_text(json.dumps({"model_type": "whisper"} | {key: getattr(exact.config, key) for key in keys}) + "\n")
        (place / "generation_config.json").write_text(json.dumps(bans) + "\n")
    features = torch.tensor(WhisperFeatureExtractor(feature_size=MEL_BINS)(sound(), sampling_rate=RATE_HZ, return_tensors="np").input_features)
    result = {"mel": [mel_rows(80), mel_rows(128)]}
    for name, weights in (("full", weights), ("quantized", decoded)):
        result[name] = {
            "exact_gelu": listen(load(exact, weights), vocabulary, features, bans),
            "tanh_gelu": listen_roughly(load(rough, weights), vocabulary, features, bans),
        }
    (folder / "whisper.json").write_text(json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n")

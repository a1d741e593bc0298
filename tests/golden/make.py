"""Makes the golden numbers that the tests compare usher with. Needed again only when an architecture is added or a case changes:

    python3 -m venv venv && venv/bin/pip install -r tests/golden/requirements.txt
    venv/bin/python -B tests/golden/make.py language          # tiny GGUFs and their logits
    venv/bin/python -B tests/golden/make.py whisper           # a tiny Whisper, full and quantized, and what it hears
    venv/bin/python -B tests/golden/make.py tokens            # tiny vocabularies and their token identifiers
    venv/bin/python -B tests/golden/make.py starter FILE      # token identifiers and logits of the starter model's GGUF

What it writes is committed, so the tests themselves need neither Python nor PyTorch. Weights come from seeded generators: the same
versions of the packages write the same files."""

import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(part, file=None):
    if part == "language":
        import language
        language.make(HERE)
    elif part == "whisper":
        import whisper
        whisper.make(HERE)
    elif part == "tokens":
        import tokens
        tokens.make_small(HERE)
    elif part == "starter" and file:
        import language
        import tokens
        language.make_starter(HERE, Path(file), tokens.make_starter(HERE, Path(file)))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:] or [""])

#!/usr/bin/env bash
# Runs every check: ./deploy/test.sh. Installs what the tests need and fetches the starter pack when it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:$HOME/.cargo/bin"

step() {
    printf '\n== %s (%s s)\n' "$*" "$SECONDS"
    "$@"
}

# rustfmt, clippy and cargo-deny do not come with Debian's compiler. Where one is absent its check is left out, aloud.
step_with() {
    local tool=$1
    shift
    if cargo "$tool" --version >/dev/null 2>&1; then
        step "$@"
    else
        skipped+=("$tool")
        printf '\n== SKIPPED %s: cargo has no %s here\n' "$*" "$tool"
    fi
}

skipped=()
step ./deploy/setup.sh tests
step_with fmt cargo fmt --check
step_with clippy cargo clippy --release --all-targets --locked -- -D warnings
# Advisories need a clone of their database, which a site without a network does not have.
step_with deny cargo deny --locked check licenses bans sources
# One build: this makes the program too, and a plain build beside it would compile candle twice, because the tests'
# libraries ask for more features of the shared ones.
step cargo test --release --locked --no-run
step ./target/release/usher models pull
step cargo test --release --locked
printf '\nevery check passed in %s s' "$SECONDS"
[ ${#skipped[@]} = 0 ] || printf '; left out, for the tool is absent: %s' "${skipped[*]}"
printf '\n'

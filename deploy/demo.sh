#!/usr/bin/env bash
# Fetches, builds and serves a demo site: ./deploy/demo.sh, SITE=bank ./deploy/demo.sh, PORT=8081 ./deploy/demo.sh
# The first run takes some minutes, a second one seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:$HOME/.cargo/bin"

site=${SITE:-airport}
config=firmware-config/sites/$site.toml
if [ ! -f "$config" ]; then
    echo "demo: there is no site '$site'; take one of: $(cd firmware-config/sites && ls ./*.toml | xargs -n1 basename -s .toml | xargs)" >&2
    exit 2
fi

./deploy/setup.sh
cargo build --release --locked
if ! ./target/release/usher models pull; then
    echo "demo: the models are not whole; usher starts without the missing ones and its page says which" >&2
fi
# A first person for the desk, with a password of this machine's own.
if [ "$(./target/release/usher desk agent list --json --config "$config")" = "[]" ]; then
    password=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
    printf '%s\n' "$password" | ./target/release/usher desk agent add demo --display Demo --config "$config" >/dev/null
    echo "demo: the desk is at /desk: name demo, password $password"
fi
# The airport's systems, as a demo has them: invented flights and bags, on the loopback alone.
if [ "$site" = airport ]; then
    python3 deploy/demo_status.py --port 9100 --with-parent >/dev/null 2>&1 &
    echo "demo: invented flights and bags on http://127.0.0.1:9100/"
fi
listen=()
[ -n "${PORT:-}" ] && listen=(--listen "127.0.0.1:$PORT")
exec ./target/release/usher serve --config "$config" "${listen[@]}"

#!/usr/bin/env bash
# Asks every path of /api what its description promises: ./deploy/api.sh [requests for each operation, 30]
# A program of its own with a data folder of its own is asked by Schemathesis (MIT), which is fetched into target/tools.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly SCHEMATHESIS=4.32.5
readonly PORT=18970
readonly PASSWORD="a long enough password"

say() { printf 'api: %s\n' "$*" >&2; }

program=target/release/usher
[ -x "$program" ] || { say "$program is missing; run \`cargo build --release --locked\`"; exit 1; }

tools=$PWD/target/tools/schemathesis
if [ ! -x "$tools/bin/schemathesis" ]; then
    say "fetching schemathesis $SCHEMATHESIS into target/tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install -q "schemathesis==$SCHEMATHESIS"
fi

data=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
    rm -rf "$data"
}
trap finish EXIT
ln -s "${USHER_MODELS:-$HOME/.local/share/usher/models}" "$data/models"
export USHER_SITES=$PWD/firmware-config/sites

printf '%s\n%s\n' "$PASSWORD" "$PASSWORD" | "$program" admin add anna --role owner --data "$data" --site airport >/dev/null
"$program" serve --data "$data" --site airport --listen "127.0.0.1:$PORT" > "$data/out.log" 2>&1 &
server=$!
address=http://127.0.0.1:$PORT
for _ in $(seq 240); do
    curl -sf "$address/readyz" >/dev/null && break
    kill -0 "$server" 2>/dev/null || { cat "$data/out.log"; exit 1; }
    sleep 0.5
done

login=$(curl -sS -D "$data/head" -H 'Content-Type: application/json' \
    -d "{\"name\": \"anna\", \"password\": \"$PASSWORD\"}" "$address/api/admin/login")
cookie=$(sed -n 's/^set-cookie: \([^;]*\).*/\1/ip' "$data/head" | head -n1)
csrf=$(printf '%s' "$login" | python3 -c 'import json,sys; print(json.load(sys.stdin)["csrf"])')

# What ends the program, the person or the data under test is left to the front-door tests.
"$tools/bin/schemathesis" run "$address/api/openapi.json" \
    --header "Cookie: $cookie" --header "X-Usher-Csrf: $csrf" --header "Origin: $address" \
    --exclude-path-regex '/(restart|logout|reset|restore|password|people.*)$' \
    --max-examples "${1:-30}" --request-timeout 60 --workers 1 \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance
kill -0 "$server" || { say "the program ended"; tail -n 20 "$data/out.log"; exit 1; }

#!/usr/bin/env bash
# Builds usher for 64-bit Arm on an amd64 machine, and tries the result under an emulator:
#   ./deploy/cross.sh setup        fetches compiler and emulator into target/cross (about 500 MB; a second run takes a moment)
#   ./deploy/cross.sh build        the release binary: target/aarch64-unknown-linux-gnu/release/usher
#   ./deploy/cross.sh try          usher --version, the starter pack, one question, doctor, and the page until it is ready, under the emulator
#   ./deploy/cross.sh cargo ...    cargo with the cross compiler's settings, for anything else
#
# Rust's own Arm library is not needed: Debian's security suite carries a current compiler for its browsers, with the
# standard library of both processors. Packages are fetched from the mirror that /etc/apt names and are unpacked, not
# installed; only the C compiler is installed, because it expects its headers where Debian puts them.
# Debian 12's own emulator is too old for ONNX Runtime; the one of its backports suite runs it.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:$HOME/.cargo/bin"

readonly TRIPLE=aarch64-unknown-linux-gnu
readonly HERE=$PWD/target/cross
readonly RUST=$HERE/rust
readonly QEMU=$HERE/qemu
# The emulator's first version that runs the ONNX Runtime of the starter pack.
readonly QEMU_MIN=10.0
readonly C_COMPILER=(gcc-aarch64-linux-gnu g++-aarch64-linux-gnu)
# What the program asks of an Arm system, for the emulator.
readonly ARM_ROOT=/usr/aarch64-linux-gnu
# An emulated start is ready after some two minutes on a busy machine of two cores.
readonly READY_MAX_S=600

say() { printf 'cross: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else fail "${C_COMPILER[*]} are missing and there is no sudo; run this script as root once"
    fi
}

# apt with lists of its own under target/cross, for two architectures and one more suite: the machine's apt stays as it is.
private_apt() {
    apt-get -q -o "Dir::State=$HERE/apt" -o "Dir::State::status=$HERE/apt/status" -o "Dir::Cache=$HERE/apt/cache" \
        -o "Dir::Etc::sourcelist=/dev/null" -o "Dir::Etc::sourceparts=$HERE/apt/sources" \
        -o APT::Architecture=amd64 -o APT::Architectures::=amd64 -o APT::Architectures::=arm64 \
        -o APT::Sandbox::User=root -o Debug::NoLocking=1 -o Acquire::Languages=none "$@"
}

# The machine's Debian sources, and the backports suite of the same mirror.
write_sources() {
    mkdir -p "$HERE/apt/sources" "$HERE/apt/lists/partial" "$HERE/apt/cache/archives/partial"
    : > "$HERE/apt/status"
    rm -f "$HERE"/apt/sources/*
    python3 - "$HERE/apt/sources/debian.sources" <<'PY'
import glob, re, sys

def stanzas():
    for path in sorted(glob.glob("/etc/apt/sources.list.d/*.sources")):
        for block in re.split(r"\n\s*\n", open(path).read()):
            fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.+)$", block, re.M))
            if fields.get("Enabled", "yes") != "no" and "URIs" in fields:
                yield fields["URIs"].split()[0], fields["Suites"].split(), fields.get("Signed-By")
    for path in ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*.list"))]:
        for line in open(path) if glob.glob(path) else []:
            found = re.match(r"deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)", line)
            if found:
                key = re.search(r"signed-by=(\S+)", found[1] or "")
                yield found[2], [found[3]], key and key[1]

version = dict(re.findall(r'^(\w+)="?([^"\n]*)', open("/etc/os-release").read(), re.M)).get("VERSION_CODENAME", "")
mine = [s for s in stanzas() if any(suite == version or suite.startswith(version + "-") for suite in s[1])]
main = [s for s in mine if version in s[1]]
if not version or not main:
    sys.exit("cross: /etc/apt names no Debian mirror; this machine needs one")
wanted = [(*s, "") for s in mine] + [(main[0][0], [version + "-backports"], main[0][2], "")]
with open(sys.argv[1], "w") as out:
    for uri, suites, key, _ in wanted:
        out.write(f"Types: deb\nURIs: {uri}\nSuites: {' '.join(suites)}\nComponents: main\n")
        out.write(f"Signed-By: {key}\n\n" if key else "\n")
PY
}

# Unpacks packages (NAME or NAME:ARCH, with =VERSION or /SUITE) into a folder, once.
unpack_into() {
    local folder=$1; shift
    local stamp=$folder/.packages
    [ "$(cat "$stamp" 2>/dev/null)" = "$*" ] && return
    say "fetching $*"
    rm -rf "$folder" "$HERE/debs"
    mkdir -p "$folder" "$HERE/debs"
    (cd "$HERE/debs" && private_apt download "$@")
    local deb
    for deb in "$HERE"/debs/*.deb; do dpkg-deb -x "$deb" "$folder"; done
    rm -rf "$HERE/debs"
    printf '%s\n' "$*" > "$stamp"
}

fresh_lists() {
    [ -n "$(find "$HERE/apt/lists" -name '*Packages*' -mtime -7 2>/dev/null | head -n1)" ] && return
    write_sources
    private_apt update
}

# The number in the name of the compiler's libraries, e.g. libstd-rust-web-1.96 and libllvm22.
depends_on() { apt_cache depends "$1" | awk -v want="^$2" '$1 == "Depends:" && $2 ~ want { print $2; exit }'; }
apt_cache() {
    apt-cache -o "Dir::State=$HERE/apt" -o "Dir::State::status=$HERE/apt/status" -o "Dir::Cache=$HERE/apt/cache" \
        -o "Dir::Etc::sourcelist=/dev/null" -o "Dir::Etc::sourceparts=$HERE/apt/sources" \
        -o APT::Architecture=amd64 -o APT::Architectures::=amd64 -o APT::Architectures::=arm64 "$@"
}

setup_rust() {
    local std llvm
    std=$(depends_on libstd-rust-web-dev 'libstd-rust-web-[0-9]')
    [ -n "$std" ] || fail "this mirror has no rustc-web; it is in the security suite of Debian 12"
    llvm=$(depends_on "$std" 'libLLVM|libllvm')
    unpack_into "$RUST" rustc-web "$std" "$llvm" libstd-rust-web-dev libstd-rust-web-dev:arm64
}

setup_qemu() {
    local offered
    offered=$(apt_cache madison qemu-user | awk '{ print $3 }' | sort -V | tail -n1)
    dpkg --compare-versions "${offered#1:}" ge "$QEMU_MIN" ||
        fail "qemu-user is '${offered:-none}' here and $QEMU_MIN is needed; add the backports suite of Debian 12 to the mirror"
    unpack_into "$QEMU" "qemu-user=$offered"
}

setup_c() {
    local missing=() package
    for package in "${C_COMPILER[@]}"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    say "installing ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

setup() {
    [ "$(dpkg --print-architecture)" = amd64 ] || fail "this script runs on amd64; on an Arm machine, build as usual"
    mkdir -p "$HERE"
    fresh_lists
    setup_rust
    setup_qemu
    setup_c
    say "ready: $(with_settings "$RUST/usr/bin/rustc" --version), $("$(qemu)" --version | head -n1)"
}

qemu() { printf '%s/usr/bin/qemu-aarch64' "$QEMU"; }

# Cargo and the C compilers told of the target; the compiler finds its own libraries beside it.
with_settings() {
    env RUSTC="$RUST/usr/bin/rustc" \
        LD_LIBRARY_PATH="$RUST/usr/lib/x86_64-linux-gnu" \
        CARGO_BUILD_TARGET=$TRIPLE \
        CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
        CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="$(qemu) -L $ARM_ROOT" \
        CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc \
        CXX_aarch64_unknown_linux_gnu=aarch64-linux-gnu-g++ \
        AR_aarch64_unknown_linux_gnu=aarch64-linux-gnu-ar \
        "$@"
}

# The Arm program with the Arm runtime and the starter pack, in a folder of their own: a person's first question, the examination, and
# the page until it is ready. The bank, because a site's knowledge is placed by meaning first, which takes the emulator a second a phrase.
try() {
    local program=target/$TRIPLE/release/usher
    [ -x "$program" ] || fail "$program is missing; run \`./deploy/cross.sh build\`"
    local run=("$(qemu)" -L "$ARM_ROOT" "$program")
    local data=$HERE/data
    mkdir -p "$data"
    # The registries' clients run on this machine, whatever processor the program is for.
    "${run[@]}" --version
    "${run[@]}" models pull --data "$data"
    local started=$SECONDS
    "${run[@]}" ask "What are your opening hours?" --site bank --data "$data" --json
    say "the site's knowledge and one question took $((SECONDS - started)) s under the emulator"
    "${run[@]}" doctor --site bank --data "$data"
    serve_until_ready "$data" "${run[@]}"
}

serve_until_ready() {
    local data=$1; shift
    local server port=18699 started=$SECONDS
    "$@" serve --site bank --data "$data" --listen "127.0.0.1:$port" 2> "$HERE/serve.log" &
    server=$!
    until [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/readyz")" = 200 ]; do
        kill -0 "$server" 2>/dev/null || fail "it ended; see $HERE/serve.log"
        [ $((SECONDS - started)) -lt "$READY_MAX_S" ] || { kill "$server"; fail "it was not ready within $READY_MAX_S s; see $HERE/serve.log"; }
        sleep 1
    done
    kill "$server"
    wait "$server" || fail "it did not stop as it should; see $HERE/serve.log"
    say "the page was ready $((SECONDS - started)) s after its start, and stopped as asked"
}

case ${1:-} in
    setup) setup ;;
    build) setup; with_settings cargo build --release --locked ;;
    try) setup; try ;;
    cargo) shift; setup; with_settings cargo "$@" ;;
    *) say "say setup, build, try, or cargo with its arguments"; exit 2 ;;
esac

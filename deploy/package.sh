#!/usr/bin/env bash
# Makes the Debian package from a binary that is already built: ./deploy/package.sh, or ./deploy/package.sh arm64
# The package lands in target/debian; its size and what it holds are printed.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/target/tools/bin:$PATH:$HOME/.cargo/bin"

readonly CARGO_DEB=3.8.0

say() { printf 'package: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

arch=${1:-$(dpkg --print-architecture)}
target=()
case $arch in
    amd64) triple=x86_64-unknown-linux-gnu built=target/release/usher build="cargo build --release --locked" ;;
    arm64) triple=aarch64-unknown-linux-gnu built=target/$triple/release/usher build="./deploy/cross.sh build" ;;
    *) say "packages are made for amd64 and arm64, not '$arch'"; exit 2 ;;
esac
if [ "$arch" = "$(dpkg --print-architecture)" ]; then
    built=target/release/usher build="cargo build --release --locked"
else
    target=(--target "$triple")
fi
[ -x "$built" ] || fail "$built is missing; run \`$build\`"

if ! cargo-deb --version >/dev/null 2>&1; then
    say "installing cargo-deb $CARGO_DEB into target/tools"
    cargo install --locked "cargo-deb@$CARGO_DEB" --root target/tools
fi

# The same sources make the same package: files carry the time of the last commit, not of the build.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

cargo-deb --no-build --strip --no-dbgsym --output target/debian/ "${target[@]}" >/dev/null
package=$(find target/debian -maxdepth 1 -name "usher_*_$arch.deb" -printf '%T@ %p\n' | sort -n | tail -n1 | cut -d' ' -f2)
[ -n "$package" ] || fail "cargo-deb wrote no package for $arch"

dpkg-deb --info "$package" | sed -n 's/^ *\(Package\|Version\|Architecture\|Depends\|Installed-Size\):/\1:/p'
printf '%s: %s files, %s bytes\n' "$package" "$(dpkg-deb --contents "$package" | grep -c '^-')" "$(stat -c %s "$package")"

#!/usr/bin/env bash
# A fresh Debian with the package installed, in a folder, with namespaces of its own and without a network once packages are fetched:
#   ./deploy/fresh.sh [steps]     the technician's steps until a question is answered: counted, timed; fails above 6 steps or 5 minutes
#   ./deploy/fresh.sh life        on the folder that left (made anew for a newer package): what the service does in later years, under its
#                                 unit's read-only view: settings, knowledge,
#                                 models, backup, another directory, updates kept and given up, kills while one is applied
# PACKAGE=FILE.deb and PACK=FILE.tar name another package and another export of the models. Needs root, and what `./deploy/setup.sh long` installs.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'fresh: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

phase=${1:-steps}
case $phase in steps | life) ;; *) say "say steps or life"; exit 2 ;; esac
[ "$(id -u)" = 0 ] || fail "only root can make another root; run it with sudo"
tools=(debootstrap)
[ "$phase" = steps ] || tools+=(minisign zstd)
for tool in "${tools[@]}"; do
    command -v "$tool" >/dev/null || fail "$tool is missing; run \`apt-get install ${tools[*]}\`"
done

work=${WORK:-$PWD/target/fresh}
mkdir -p "$work"
work=$(realpath "$work")
arch=$(dpkg --print-architecture)
package=${PACKAGE:-$(find target/debian -maxdepth 1 -name "usher_*_$arch.deb" -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -n1 | cut -d' ' -f2)}
[ -f "$package" ] || fail "there is no package; run \`cargo build --release --locked && ./deploy/package.sh\`"
pack=${PACK:-$work/pack.tar}
if [ ! -f "$pack" ]; then
    say "writing the installed models to $pack"
    ./target/release/usher models export "$pack"
fi

apart=(unshare --mount --pid --ipc --uts --fork --kill-child --mount-proc)
export PYTHONDONTWRITEBYTECODE=1
if [ "$phase" = steps ] || [ ! "$work/answers" -nt "$package" ]; then
    "${apart[@]}" python3 deploy/fresh/steps.py "$work" "$package" "$pack" fetch
    "${apart[@]}" --net python3 deploy/fresh/steps.py "$work" "$package" "$pack" steps
fi
[ "$phase" = steps ] || "${apart[@]}" --net python3 deploy/fresh/life.py "$work"

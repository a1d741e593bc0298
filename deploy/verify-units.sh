#!/usr/bin/env bash
# Examines the systemd units without installing anything: ./deploy/verify-units.sh
# Prints the exposure of usher.service (at most 3.0) and fails on any warning of systemd-analyze.
set -euo pipefail
cd "$(dirname "$0")"
readonly EXPOSURE_MAX=3.0

command -v systemd-analyze >/dev/null || { echo "verify-units: systemd-analyze is missing; run apt-get install systemd" >&2; exit 1; }

# A root with the programs that the units name, so that a machine without usher can judge them.
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{usr/bin,usr/lib/usher,etc/systemd/system,usr/lib/systemd}
[ -d /usr/lib/systemd/system ] && cp -r /usr/lib/systemd/system "$root/usr/lib/systemd/"
for program in usr/bin/usher usr/lib/usher/usher-kiosk usr/bin/seatd; do
    printf '#!/bin/sh\n' > "$root/$program"
    chmod 755 "$root/$program"
done
printf '[Unit]\nDescription=seats\n[Service]\nExecStart=/usr/bin/seatd -g video\n' > "$root/etc/systemd/system/seatd.service"
cp usher.service usher-kiosk.service "$root/etc/systemd/system/"

for unit in usher.service usher-kiosk.service; do
    # Other units of this machine are not ours to judge.
    said=$(systemd-analyze verify --man=no --root="$root" "$root/etc/systemd/system/$unit" 2>&1 | grep -F "$unit" || true)
    if [ -n "$said" ]; then
        echo "$said" >&2
        exit 1
    fi
    echo "$unit: verified"
done

exposure=$(systemd-analyze security --offline=true --no-pager usher.service --root="$root" 2>/dev/null | grep -o 'level for usher.service: [0-9.]*' | grep -o '[0-9.]*$')
echo "usher.service: exposure $exposure"
awk -v found="$exposure" -v most="$EXPOSURE_MAX" 'BEGIN { exit !(found != "" && found + 0 <= most + 0) }'

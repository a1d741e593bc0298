#!/usr/bin/env bash
# Makes a signed update bundle, and the signed list for a plain directory of bundles:
#   ./deploy/bundle.sh make --key usher.key --arch x86_64 --binary target/release/usher [--models DIR] [--knowledge DIR]
#       [--site DIR] [--board DIR] [--version V] [--needs V] [--expires TIME] [--notes TEXT] [--add-key FILE.pub] [--out DIR]
#   ./deploy/bundle.sh list --key usher.key DIR
# A key pair is made once, on a machine that is not a kiosk: minisign -G -p usher.pub -s usher.key
# The public half goes to /etc/usher/update-keys of every kiosk; the secret half leaves that machine never.
set -euo pipefail
export LC_ALL=C

say() { printf 'bundle: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
usage() { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }

for tool in minisign zstd tar python3 sha256sum; do
    command -v "$tool" >/dev/null || fail "$tool is missing; run \`apt-get install minisign zstd tar python3 coreutils\`"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What is signed is the digest (minisign's default since 0.10; -H for older ones).
sign() { minisign -S -H -s "$key" -m "$1" -x "$1.minisig" -t "usher ${2}" || fail "the signature could not be made with $key"; }

# Puts the plain files of a folder where their kind lies in a slot. Hidden files stay away; links are refused.
gather() {
    local kind=$1 from=$2
    [ -d "$from" ] || fail "$from is not a folder"
    local odd
    odd=$(find "$from" -name '.*' -prune -o ! -type f ! -type d -print -quit)
    [ -z "$odd" ] || fail "$odd is not a plain file; a bundle holds plain files only"
    mkdir -p "$work/members/$kind"
    (cd "$from" && find . -mindepth 1 -name '.*' -prune -o -type f -print0) |
        tar -C "$from" --null -T - -cf - | tar -C "$work/members/$kind" -xf -
}

# The manifest, from what lies in the work folder; names are checked by the same rules as on the kiosk.
write_manifest() {
    python3 - "$@" <<'PY'
import hashlib, json, os, re, sys, datetime
work, version, arch, needs, expires, notes, *add = sys.argv[1:]
kinds = {"bin": "binary", "models": "models", "knowledge": "knowledge", "sites": "site", "boards": "board"}
plain = re.compile(r"[A-Za-z0-9_+][A-Za-z0-9._+-]*(/[A-Za-z0-9_+][A-Za-z0-9._+-]*){0,7}")

def digest(path):
    sha = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            sha.update(chunk)
    return sha.hexdigest()

members, root = [], os.path.join(work, "members")
for line in open(os.path.join(work, "names")):
    folder, name = line.rstrip("\n").split("/", 1)
    if not plain.fullmatch(name) or len(name) > 80:
        sys.exit(f"bundle: '{name}' is not a name for a bundle: letters, digits, . _ + - and at most 80 characters")
    path = os.path.join(root, folder, name)
    size = os.path.getsize(path)
    if size == 0:
        sys.exit(f"bundle: {name} is empty; leave it out")
    members.append({"kind": kinds[folder], "name": name, "bytes": size, "sha256": digest(path), "mode": "755" if folder == "bin" else "644"})
payload = os.path.join(work, "members.tar.zst")
made = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
manifest = {
    "format": 1, "version": version, "arch": arch, "needs_version": needs or None,
    "made_at": made.strftime("%Y-%m-%dT%H:%M:%SZ"), "expires_at": expires or None, "notes": notes,
    "add_keys": [open(path).read().split("\n")[1].strip() for path in add],
    "payload": {"bytes": os.path.getsize(payload), "sha256": digest(payload)}, "members": members,
}
with open(os.path.join(work, "manifest.json"), "w") as out:
    json.dump(manifest, out, indent=1)
PY
}

make() {
    local key= arch= binary= models= knowledge= site= board= version= needs= expires= notes= out=. add=()
    while [ $# -gt 0 ]; do
        [ $# -ge 2 ] || usage
        case $1 in
            --key) key=$2 ;; --arch) arch=$2 ;; --binary) binary=$2 ;; --models) models=$2 ;; --knowledge) knowledge=$2 ;;
            --site) site=$2 ;; --board) board=$2 ;; --version) version=$2 ;; --needs) needs=$2 ;; --expires) expires=$2 ;;
            --notes) notes=$2 ;; --out) out=$2 ;; --add-key) add+=("$2") ;;
            *) usage ;;
        esac
        shift 2
    done
    [ -r "$key" ] || fail "--key names the secret key's file"
    case $arch in x86_64 | aarch64) ;; *) fail "--arch is x86_64 or aarch64" ;; esac
    [ -n "$version" ] || version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$(dirname "$0")/../Cargo.toml" | head -n1)
    mkdir -p "$work/members"
    if [ -n "$binary" ]; then
        mkdir "$work/members/bin"
        # Debug lines are for the maker's desk: they are five sixths of the file.
        "$(strip_for "$arch")" --strip-debug -o "$work/members/bin/usher" "$binary"
    fi
    [ -z "$models" ] || gather models "$models"
    [ -z "$knowledge" ] || gather knowledge "$knowledge"
    [ -z "$site" ] || gather sites "$site"
    [ -z "$board" ] || gather boards "$board"
    (cd "$work/members" && find . -type f | cut -c3- | sort) > "$work/names"
    [ -s "$work/names" ] || fail "there is nothing to put in: name --binary, --models, --knowledge, --site or --board"
    export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date +%s)}
    # --format=gnu: lengths above 8 GB; names are short enough for either.
    tar -C "$work/members" --format=gnu --owner=0 --group=0 --mtime="@$SOURCE_DATE_EPOCH" --no-recursion -T "$work/names" -cf - |
        zstd -q -T0 -12 -o "$work/members.tar.zst"
    write_manifest "$work" "$version" "$arch" "$needs" "$expires" "$notes" "${add[@]}"
    sign "$work/manifest.json" "$version $arch"
    local bundle=$out/usher-$version-$arch.bundle
    mkdir -p "$out"
    tar -C "$work" --format=gnu --owner=0 --group=0 --mtime="@$SOURCE_DATE_EPOCH" -cf "$bundle.part" manifest.json manifest.json.minisig members.tar.zst
    mv "$bundle.part" "$bundle"
    printf '%s: %s files, %s bytes\n' "$bundle" "$(wc -l < "$work/names")" "$(stat -c %s "$bundle")"
}

strip_for() {
    local tool=strip
    [ "$1" = "$(uname -m)" ] || tool=$1-linux-gnu-strip
    command -v "$tool" >/dev/null || fail "$tool is missing; run \`apt-get install binutils-${1//_/-}-linux-gnu\`"
    printf '%s' "$tool"
}

# latest.json of a folder: for each processor the newest bundle in it.
list() {
    local key= folder=
    while [ $# -gt 0 ]; do
        case $1 in --key) key=${2:-}; shift 2 ;; *) folder=$1; shift ;; esac
    done
    [ -r "$key" ] && [ -d "$folder" ] || usage
    python3 - "$folder" <<'PY' || fail "the list could not be made"
import datetime, glob, hashlib, json, os, re, sys, tarfile
folder, newest = sys.argv[1], {}
order = lambda version: [int(part) for part in re.findall(r"\d+", version.split("-")[0])]
for path in glob.glob(os.path.join(folder, "*.bundle")):
    with tarfile.open(path) as bundle:
        manifest = json.load(bundle.extractfile("manifest.json"))
    with open(path, "rb") as file:
        sha = hashlib.file_digest(file, "sha256").hexdigest()
    entry = {"version": manifest["version"], "arch": manifest["arch"], "file": os.path.basename(path),
             "bytes": os.path.getsize(path), "sha256": sha, "notes": manifest["notes"]}
    if order(entry["version"]) >= order(newest.get(entry["arch"], {"version": "0"})["version"]):
        newest[entry["arch"]] = entry
if not newest:
    sys.exit(f"bundle: {folder} has no *.bundle")
now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
with open(os.path.join(folder, "latest.json"), "w") as out:
    json.dump({"format": 1, "made_at": now, "releases": list(newest.values())}, out, indent=1)
PY
    sign "$folder/latest.json" list
    say "$folder is ready to be served"
}

command=${1:-}
[ $# -gt 0 ] && shift
case $command in
    make) make "$@" ;;
    list) list "$@" ;;
    *) usage ;;
esac

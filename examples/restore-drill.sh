#!/bin/sh
# A restore drill: stores a file, loses the catalog, finds the archive in the inventory of the vault, retrieves it and compares
# it. At the service, the inventory and the retrieval take hours each, and the first inventory of a vault takes a day.
#
# Usage: restore-drill.sh FILE VAULT [OPTION…]       options as --region or --local-dir say where the vault is
set -eu
file=$1 vault=$2
shift 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
catalog=$work/catalog.jsonl
name="drill of $(date -u +%Y-%m-%dT%H:%M:%SZ)"

# A file that is read directly needs no command: put notices if it cannot be read to its end.
glacier-pipe put "$@" --catalog "$catalog" --name "$name" "$vault" "$file" >/dev/null
rm "$catalog" # as when the machine is lost

glacier-pipe catalog rebuild "$@" --catalog "$catalog" "$vault"
glacier-pipe verify "$@" --catalog "$catalog" "$file" "$vault" "name:$name"
glacier-pipe get "$@" --catalog "$catalog" -o "$work/restored" "$vault" "name:$name"
cmp "$file" "$work/restored"
echo "restored: $name"

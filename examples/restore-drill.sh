#!/bin/sh
# A restore drill: stores a file, loses the catalog, finds the archive again in the vault's inventory, gets it back and
# compares. At the service the inventory and the retrieval take hours each, and the first inventory of a vault a day.
#
# Usage: restore-drill.sh FILE VAULT [OPTION…]       options as --region or --local-dir say where the vault is
set -eu
file=$1 vault=$2
shift 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
catalog=$work/catalog.jsonl
name="drill of $(date -u +%Y-%m-%dT%H:%M:%SZ)"

glacier-pipe put "$@" --catalog "$catalog" --description "$name" "$vault" "$file" >/dev/null
rm "$catalog" # as when the machine is lost

glacier-pipe catalog rebuild "$@" --catalog "$catalog" "$vault"
id=$(glacier-pipe ls --catalog "$catalog" --name "$name" --json | sed 's/.*"archiveId":"\([^"]*\)".*/\1/')
glacier-pipe verify "$@" --catalog "$catalog" "$file" "$vault" -- "$id"
glacier-pipe get "$@" --catalog "$catalog" -o "$work/restored" "$vault" -- "$id"
cmp "$file" "$work/restored"
echo "restored: $name"

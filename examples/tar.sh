#!/bin/sh
# A folder as a tar into a vault and back, from the shell: tar.sh FOLDER VAULT [OPTIONS…]
# The options say where the vaults are, as --region eu-west-1 or --local.
set -eu
folder=$1 vault=$2
shift 2

# put runs tar itself. If tar fails, no archive is completed, and put exits with 3.
id=$(glacier-pipe put "$vault" --name "$(basename "$folder").tar" "$@" -- tar -c -C "$folder" .)
echo "stored as $id" >&2

# Without pipefail, a failure of get would go unnoticed here; it outputs no byte that it has not verified.
# IDs may begin with a dash, so they follow `--`.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
glacier-pipe get "$vault" -o "$work/restored.tar" "$@" -- "$id"
tar -tf "$work/restored.tar"

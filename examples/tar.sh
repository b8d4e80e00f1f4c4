#!/bin/sh
# A folder as a tar into a vault and back, from the shell: tar.sh FOLDER VAULT [OPTIONS…]
# The options say where the vaults are, as --region eu-west-1 or --local.
set -eu
folder=$1 vault=$2
shift 2

id=$(tar -c -C "$folder" . | glacier-pipe put "$vault" --description "tar of $folder" "$@")
echo "stored as $id" >&2

# IDs may begin with a dash, so they go behind --.
glacier-pipe get "$vault" "$@" -- "$id" | tar -t

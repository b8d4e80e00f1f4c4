#!/bin/bash
# The output of a command, compressed and encrypted, into a vault; and back to stdout:
#   encrypted-backup.sh PASSWORD_FILE VAULT NAME COMMAND [ARGUMENT…]
# Variables say where the vaults are: AWS_REGION, or GLACIER_PIPE_LOCAL=1 to try it.
# Only ciphertext leaves this machine. Keep the password file elsewhere too: without it, the archive cannot be read.
set -euo pipefail
password=$1 vault=$2 name=$3
shift 3

if command -v zstd >/dev/null; then compress='zstd -q' expand='zstd -qd'; else compress=gzip expand='gzip -d'; fi

# The programs of the pipe are one command of put. With pipefail it fails if one of them fails; then no archive is completed.
# The arguments are passed as arguments, so that no shell reads them as code.
glacier-pipe put "$vault" --name "$name" -- bash -o pipefail -c '
  password=$1 compress=$2
  shift 2
  "$@" | $compress | openssl enc -aes-256-ctr -pbkdf2 -pass "file:$password"
' pipe "$password" "$compress" "$@" >&2

# At the service this waits for hours. `name:` says that it is a name and no ID; the newest archive of that name is retrieved.
glacier-pipe get "$vault" "name:$name" | openssl enc -d -aes-256-ctr -pbkdf2 -pass "file:$password" | $expand

#!/bin/sh
# A backup from stdin, compressed and encrypted on the way: encrypted-backup.sh PASSWORD_FILE VAULT [OPTIONS…]
# The options say where the vaults are, as --region eu-west-1 or --local.
# What leaves this machine is ciphertext; keep the password file, for without it the archive is noise.
set -eu
password=$1 vault=$2
shift 2

if command -v zstd >/dev/null; then compress='zstd -q' expand='zstd -qd'; else compress=gzip expand='gzip -d'; fi

id=$($compress | openssl enc -aes-256-ctr -pbkdf2 -pass "file:$password" | glacier-pipe put "$vault" "$@")
echo "stored as $id" >&2

glacier-pipe get "$vault" "$@" -- "$id" | openssl enc -d -aes-256-ctr -pbkdf2 -pass "file:$password" | $expand

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The verb kernel-config on configurations that are fit, that are unfit, and on files that are not configurations.
# Usage: kernel_config.sh HALLMARK KERNEL_CONFIG
set -euo pipefail
hallmark=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "kernel_config.sh: $*" >&2; exit 1; }
# expect STATUS WORDS ARGUMENT...: the verb ends with STATUS and prints WORDS.
expect() {
  local status=0
  "$hallmark" kernel-config "${@:3}" >"$scratch/said" 2>&1 || status=$?
  [ "$status" = "$1" ] && grep -qF "$2" "$scratch/said" || fail "exit status $status, '$2' expected: $(cat "$scratch/said")"
}

# The fragments themselves, with an architecture, are a fit configuration.
{ echo CONFIG_ARM64=y; sed -n '/^CONFIG_/p' "$2"/*.config; } >"$scratch/config"
expect 0 ' 0 missing' check "$scratch/config"
gzip -k "$scratch/config"
expect 0 ' 0 missing' check "$scratch/config.gz"

grep -v CONFIG_BLK_DEV_NVME= "$scratch/config" >"$scratch/unfit"
expect 3 'CONFIG_BLK_DEV_NVME is not set in the kernel'"'"'s configuration, for the session disk of' check "$scratch/unfit"
"$hallmark" kernel-config check --json "$scratch/unfit" >"$scratch/json" && fail "an unfit kernel passed"
[ "$(jq -r '.problems[0] | "\(.device) \(.hosts | length)"' "$scratch/json")" = 'session-disk 2' ] || fail "$(cat "$scratch/json")"

# A configuration without any one of the required options is unfit.
for option in $(sed -n 's/^\(CONFIG_[A-Z0-9_]*\)=.*/\1/p' "$2"/*.config); do
  grep -v "^$option=" "$scratch/config" >"$scratch/unfit"
  status=0
  "$hallmark" kernel-config check --json "$scratch/unfit" >"$scratch/json" || status=$?
  wanted=$(jq -r 'if .problems == [] then 0 elif .problems[0].optional then 0 else 3 end' "$scratch/json")
  [ "$status" = "$wanted" ] || fail "$option left out: exit status $status"
done

expect 1 'not a kernel configuration' check "$hallmark"
expect 1 'No such file' check "$scratch/none"
expect 2 'go together' check "$scratch"
expect 2 'IMAGE|CONFIG|TREE is required' check
expect 2 "'make' is not 'check'" make "$scratch/config"
echo "kernel-config: good"

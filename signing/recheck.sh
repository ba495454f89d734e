#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Checks a bundle in full with openssl, sha256sum, zstd and what POSIX has, and nothing of Hallmark's: for auditors, and
# as the second opinion that `hallmark verify --full` is tested with. It reads envelopes and trust files as Hallmark
# writes them, a line for each value. Formats: hallmark-manifest(5), hallmark-trust(5).
#
#   recheck.sh BUNDLE TRUST [LEAST-SEQUENCE]
#
# Prints "VERDICT FILE" for what does not hold, with the verdicts of hallmark-verify(1); 'table' stands for
# 'wrong-release' too, and 'digest' for 'chunk'. Exit status: 0 it holds, 3 it does not, 1 it could not be looked at.
set -eu
LC_ALL=C
export LC_ALL

[ $# -ge 2 ] || { sed -n '3,11p' "$0" >&2; exit 2; }
bundle=$1
trust=$2
least=${3:-0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

finding() { # VERDICT FILE
  echo "$1 $2"
  bad=3
}
stop() { # VERDICT FILE: nothing after this can be trusted
  finding "$1" "$2"
  exit 3
}
size_of() { wc -c <"$1" | tr -d ' '; }
sha256_of() { sha256sum <"$1" | cut -c1-64; }
range_sha256() { tail -c +$(($2 + 1)) "$1" | head -c "$3" | sha256sum | cut -c1-64; }
decode() { openssl base64 -d -A; }
# A member of a text in canonical form, whichever object it is in: the first of that name.
member() { sed -n "s/^ *\"$2\": \"\\{0,1\\}\\([^\"]*[^\",]\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" "$1" | head -n 1; }

# verifies KEY-BASE64 MESSAGE-FILE SIGNATURE-FILE: the key is a SubjectPublicKeyInfo.
verifies() {
  printf '%s\n' '-----BEGIN PUBLIC KEY-----' "$1" '-----END PUBLIC KEY-----' >"$work/key.pem"
  [ "$(size_of "$3")" = 64 ] &&
    openssl pkeyutl -verify -rawin -pubin -inkey "$work/key.pem" -in "$2" -sigfile "$3" >/dev/null 2>&1
}
# How many of the keys of KEYS-FILE signed PAYLOAD-FILE as TYPE: keys count, not signatures. DSSE, protocol.md.
signers() { # PAYLOAD-FILE TYPE SIGNATURES-FILE KEYS-FILE
  { printf 'DSSEv1 %s %s %s ' "${#2}" "$2" "$(size_of "$1")"; cat "$1"; } >"$work/signed"
  count=0
  while read -r key; do
    while read -r signature; do
      printf %s "$signature" | decode >"$work/signature" 2>/dev/null || continue
      if verifies "$key" "$work/signed" "$work/signature"; then
        count=$((count + 1))
        break
      fi
    done <"$3"
  done <"$4"
  echo "$count"
}
# The keys of a role, and its threshold, from a trust version's payload.
role_keys() { sed -n "/^  \"$2\": {/,/^  }/s/^ *\"\\(MC[A-Za-z0-9+/=]*\\)\",\\{0,1\\}\$/\\1/p" "$1" | sort -u; }
role_threshold() { sed -n "/^  \"$2\": {/,/^  }/s/^ *\"threshold\": \\([0-9]*\\),\$/\\1/p" "$1"; }
# at_least NUMBER THRESHOLD: and the threshold is one.
at_least() { [ "${2:-0}" -gt 0 ] && [ "$1" -ge "$2" ]; }

# --- the trust file: each version is signed by its own root keys and by those before. Leaves version.N in $2.
check_trust() { # FILE FOLDER
  mkdir -p "$2"
  awk -v folder="$2" '
    /^      "payload": / { n++; gsub(/^ *"payload": "|",$/, ""); print > (folder "/payload." n) }
    /^ *"sig": / { gsub(/^ *"sig": "|"$/, ""); print > (folder "/signatures." n) }' "$1"
  versions=0
  while [ -f "$2/payload.$((versions + 1))" ]; do
    versions=$((versions + 1))
    decode <"$2/payload.$versions" >"$2/version.$versions" || return 1
    [ "$(member "$2/version.$versions" version)" = "$versions" ] || return 1
    for of in "$versions" $((versions - 1)); do
      [ "$of" -gt 0 ] || continue
      role_keys "$2/version.$of" root >"$work/keys"
      at_least "$(signers "$2/version.$versions" application/vnd.hallmark.trust+json "$2/signatures.$versions" \
        "$work/keys")" "$(role_threshold "$2/version.$of" root)" || return 1
    done
  done
  [ "$versions" -gt 0 ]
}
check_trust "$trust" "$work/pinned" || { echo "recheck: $trust: does not hold" >&2; exit 1; }
newest=$work/pinned/version.$versions
pinned_versions=$versions
if [ -f "$bundle/trust.json" ]; then
  if ! check_trust "$bundle/trust.json" "$work/offered"; then
    finding untrusted trust.json
  else
    common=$((versions < pinned_versions ? versions : pinned_versions))
    same=1
    while [ "$common" -gt 0 ]; do
      cmp -s "$work/pinned/version.$common" "$work/offered/version.$common" || same=0
      common=$((common - 1))
    done
    [ $same = 1 ] || finding untrusted trust.json
    [ $same = 0 ] || [ "$versions" -le "$pinned_versions" ] || newest=$work/offered/version.$versions
  fi
fi

# --- the signatures over the manifest, and nothing of it is read before they hold
manifest=$bundle/manifest.json
envelope=$bundle/manifest.dsse.json
[ -f "$manifest" ] || finding missing manifest.json
[ -f "$envelope" ] || finding missing manifest.dsse.json
[ -f "$manifest" ] && [ -f "$envelope" ] || exit 3
member "$envelope" payload | decode >"$work/payload"
sed -n 's/^ *"sig": "\(.*\)"$/\1/p' "$envelope" >"$work/signatures"
if [ ! -s "$work/signatures" ] || grep -qv '^[A-Za-z0-9+/]\{86\}==$' "$work/signatures" ||
  ! member "$envelope" payload | grep -Eq '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'; then
  stop malformed manifest.dsse.json
fi
role_keys "$newest" bundle >"$work/bundle.keys"
at_least "$(signers "$work/payload" application/vnd.in-toto+json "$work/signatures" "$work/bundle.keys")" \
  "$(role_threshold "$newest" bundle)" || stop untrusted manifest.dsse.json
cmp -s "$work/payload" "$manifest" || stop untrusted manifest.json
sequence=$(member "$manifest" sequence)
if [ "$sequence" = 0 ]; then
  finding unreleased manifest.json
elif [ "$sequence" -lt "$least" ]; then
  finding rolled-back manifest.json
fi

# --- manifest.json.minisig
is_minisig() {
  [ "$(wc -l <"$1" | tr -d ' ')" = 4 ] &&
    sed -n 1p "$1" | grep -q '^untrusted comment: ' &&
    sed -n 2p "$1" | grep -q '^R[UW][A-Za-z0-9+/]\{97\}=$' &&
    sed -n 3p "$1" | grep -q '^trusted comment: ' &&
    sed -n 4p "$1" | grep -q '^[A-Za-z0-9+/]\{86\}==$'
}
check_minisig() {
  sed -n 2p "$1" | decode >"$work/blob"
  sed -n 4p "$1" | decode >"$work/global"
  tail -c 64 "$work/blob" >"$work/signature"
  case $(head -c 2 "$work/blob") in
    ED) openssl dgst -blake2b512 -binary "$manifest" >"$work/message" ;;
    Ed) cp "$manifest" "$work/message" ;;
    *) return 1 ;;
  esac
  { cat "$work/signature"; sed -n '3s/^trusted comment: //p' "$1" | tr -d '\n'; } >"$work/commented"
  while read -r key; do
    verifies "$key" "$work/message" "$work/signature" && verifies "$key" "$work/commented" "$work/global" && return 0
  done <"$work/bundle.keys"
  return 1
}
if [ -f "$manifest.minisig" ]; then
  if ! is_minisig "$manifest.minisig"; then
    finding malformed manifest.json.minisig
  else
    check_minisig "$manifest.minisig" || finding untrusted manifest.json.minisig
  fi
fi

# --- artifacts: role name size sha256 sha1-or-minus, a line each
awk '
  function value(line) { sub(/^ *"[a-zA-Z0-9]*": "?/, "", line); sub(/"?,?$/, "", line); return line }
  /^    "artifacts": / { inside = 1 }
  /^    \]/ { inside = 0 }
  inside && /^ *"role": / { role = value($0); sha1 = "-" }
  inside && /^ *"name": / { name = value($0) }
  inside && /^ *"size": / { size = value($0) }
  inside && /^ *"sha256": / { sha256 = value($0) }
  inside && /^ *"sha1": / { sha1 = value($0) }
  inside && /^      }/ { print role, name, size, sha256, sha1 }' "$manifest" >"$work/artifacts"

while read -r role name size sha256 sha1; do
  origin=$bundle/.$name.origin
  [ -f "$origin" ] || continue
  value=$(tr 'A-F' 'a-f' <"$origin")
  if ! printf %s "$value" | grep -Eqx '[0-9a-f]{40}'; then
    finding malformed ".$name.origin"
  elif [ "$sha1" = - ]; then
    finding origin ".$name.origin"
  elif [ "$value" != "$sha1" ]; then
    alike=$(cut -d' ' -f2 "$work/artifacts" | while read -r other; do
      [ ! -f "$bundle/.$other.origin" ] || { tr 'A-F' 'a-f' <"$bundle/.$other.origin"; echo; }
    done | grep -cx "$value" || true)
    if [ "$alike" -gt 1 ]; then finding origin-stamp ".$name.origin"; else finding origin ".$name.origin"; fi
  fi
done <"$work/artifacts"

# --- SHA256SUMS
if [ -f "$bundle/SHA256SUMS" ]; then
  while read -r role name size sha256 sha1; do
    case $role in rootfs) ;; *) echo "$sha256  $name" ;; esac
  done <"$work/artifacts" >"$work/sums"
  for name in manifest.json manifest.dsse.json manifest.json.minisig trust.json; do
    [ ! -f "$bundle/$name" ] || echo "$(sha256_of "$bundle/$name")  $name"
  done >>"$work/sums"
  if grep -Eqv '^[0-9a-f]{64} [ *][^/]+$' "$bundle/SHA256SUMS"; then
    finding malformed SHA256SUMS
  else
    sed 's/^\(.\{64\}\) \*/\1  /' "$bundle/SHA256SUMS" | sort >"$work/listed"
    sort "$work/sums" | cmp -s - "$work/listed" || finding sums SHA256SUMS
  fi
fi

# --- kinds and sizes, then digests of what is not large
touch "$work/present"
while read -r role name size sha256 sha1; do
  file=$bundle/$name
  if [ ! -e "$file" ] && [ ! -L "$file" ]; then
    case $role in
      rootfs) ;;
      # A host short of space drops the compressed image once it has the raw one.
      rootfs-zst) grep -q '^rootfs ' "$work/present" || finding missing "$name" ;;
      *) finding missing "$name" ;;
    esac
  elif [ -L "$file" ] || [ ! -f "$file" ]; then
    finding not-a-file "$name"
  elif [ "$(size_of "$file")" != "$size" ]; then
    magic=$(head -c 4 "$file" | od -An -tx1 | tr -d ' \n')
    case $role:$magic in
      rootfs:28b52ffd | rootfs:5?2a4d18 | rootfs:1f8b* | rootfs:fd377a58) finding compressed "$name" ;;
      *) if [ "$(size_of "$file")" -lt "$size" ]; then finding truncated "$name"; else finding extended "$name"; fi ;;
    esac
  else
    echo "$role $name $sha256" >>"$work/present"
  fi
done <"$work/artifacts"

# --- the partition table and the EFI system partition of rootfs.img
image=$bundle/rootfs.img
if grep -q '^rootfs ' "$work/present" && [ -n "$(member "$manifest" tableSha256)" ]; then
  [ "$(range_sha256 "$image" 0 17408)" = "$(member "$manifest" tableSha256)" ] &&
    [ "$(tail -c 16896 "$image" | sha256sum | cut -c1-64)" = "$(member "$manifest" backupSha256)" ] ||
    finding table rootfs.img
  awk '
    function value(line) { sub(/^ *"[a-zA-Z0-9]*": "?/, "", line); sub(/"?,?$/, "", line); return line }
    /^      "partitions": / { inside = 1 }
    inside && /^ *"offset": / { offset = value($0) }
    inside && /^ *"size": / { size = value($0) }
    inside && /^ *"sha256": / { print offset, size, value($0) }
    /^      \]/ { inside = 0 }' "$manifest" >"$work/partitions"
  while read -r offset size sha256; do
    [ "$(range_sha256 "$image" "$offset" "$size")" = "$sha256" ] || finding partition rootfs.img
  done <"$work/partitions"
fi
while read -r role name sha256; do
  case $role in rootfs | rootfs-zst) continue ;; esac
  [ "$(sha256_of "$bundle/$name")" = "$sha256" ] || finding digest "$name"
done <"$work/present"

# --- every byte of the images, once all else holds
[ $bad = 0 ] || exit 3
while read -r role name sha256; do
  case $role in rootfs | rootfs-zst) ;; *) continue ;; esac
  [ "$(sha256_of "$bundle/$name")" = "$sha256" ] || finding digest "$name"
done <"$work/present"
[ $bad = 0 ] || exit 3
raw=$(sed -n 's/^rootfs rootfs.img [0-9]* \([0-9a-f]*\) .*/\1/p' "$work/artifacts")
if grep -q '^rootfs-zst ' "$work/present"; then
  [ "$(zstd -dcq "$bundle/rootfs.img.zst" | sha256sum | cut -c1-64)" = "$raw" ] || finding digest rootfs.img.zst
fi
[ $bad = 0 ] || exit 3
echo "good: $(member "$manifest" version), sequence $sequence"

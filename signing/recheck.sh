#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Verifies a whole bundle with openssl, sha256sum, zstd and POSIX tools, and with nothing of Hallmark's. It is for auditors,
# and tests compare `hallmark verify --full` with it. It reads envelopes and trust files in the form that Hallmark writes,
# with one line for each value. Formats: hallmark-manifest(5), hallmark-trust(5), hallmark-chunks(5).
#
#   recheck.sh BUNDLE TRUST [LEAST-SEQUENCE]
#
# Prints "VERDICT FILE" for each failure, with the verdicts of hallmark-verify(1), except that 'table' covers
# 'wrong-release' too, and 'digest' covers 'chunk'. Exit status: 0 if every check passed, 3 if one failed, 1 if something
# could not be read.
set -eu
LC_ALL=C
export LC_ALL

unset CDPATH

usage() {
  sed -n '3,10p' "$0" >&2
  exit 2
}
[ $# = 2 ] || [ $# = 3 ] || usage
case $1 in -*) bundle=./$1 ;; *) bundle=$1 ;; esac
case $2 in -*) trust=./$2 ;; *) trust=$2 ;; esac
least=${3:-0}
case $least in '' | *[!0-9]* | 0?*) usage ;; esac
for tool in awk cmp dd grep head mktemp od openssl sed sha256sum sort tail tr wc zstd; do
  command -v "$tool" >/dev/null || { echo "recheck: there is no $tool" >&2; exit 1; }
done
[ -f "$trust" ] || { echo "recheck: $trust: no such file" >&2; exit 1; }
[ -d "$bundle" ] || { echo "recheck: $bundle: no such directory" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
bad=0

finding() { # VERDICT FILE
  echo "$1 $2"
  bad=3
}
stop() { # VERDICT FILE: nothing after this can be trusted
  finding "$1" "$2"
  exit 3
}
there() { [ -e "$1" ] || [ -L "$1" ]; }
is_file() { [ -f "$1" ] && [ ! -L "$1" ]; }
# less NUMBER NUMBER: compares numbers of any length that have no leading zeros.
less() {
  [ ${#1} -lt ${#2} ] || { [ ${#1} = ${#2} ] && [ "$1" != "$2" ] &&
    [ "$(printf '%s\n' "$1" "$2" | sort | head -n 1)" = "$1" ]; }
}
# These set $size to a number of bytes, and $sum to a digest.
size_of() { size=$(($(wc -c <"$1"))); }
sha256_of() { sum=$(sha256sum <"$1") && sum=${sum%% *}; }
range_sha256() { sum=$(tail -c +$(($2 + 1)) "$1" | head -c "$3" | sha256sum) && sum=${sum%% *}; } # FILE OFFSET SIZE
decode() { openssl base64 -d -A; }

# True for UTF-8 text without control characters that ends in a newline.
is_text() {
  [ -z "$(tail -c 1 "$1")" ] || return 1
  tr -d '\n -\177' <"$1" >"$work/odd"
  [ ! -s "$work/odd" ] && return 0
  tr -d '\200-\377' <"$work/odd" >"$work/control"
  [ ! -s "$work/control" ] && awk '
    /[\200-\377]/ {
      gsub(/[\302-\337][\200-\277]/, "")
      gsub(/\340[\240-\277][\200-\277]|[\341-\354\356\357][\200-\277][\200-\277]|\355[\200-\237][\200-\277]/, "")
      gsub(/\360[\220-\277][\200-\277][\200-\277]|[\361-\363][\200-\277][\200-\277][\200-\277]/, "")
      gsub(/\364[\200-\217][\200-\277][\200-\277]/, "")
      if (/[\200-\377]/) exit 1
    }' "$1"
}

# --- signatures. DSSE, protocol.md and envelope.md.

# Reads an envelope. Prints its payload, its type and its signatures, in base64, one line for each. With "all", reads all
# envelopes of a trust file and prints a line "version" before each. Fails on any form that Hallmark does not write.
envelopes() { # FILE [all]
  size_of "$1" && [ "$size" -le 4194304 ] && is_text "$1" && awk -v all="${2:-}" '
    function bad() { failed = 1; exit }
    function want(pattern) { if ((getline line) <= 0 || line !~ pattern) bad() }
    function text() { sub(/^ *"[a-zA-Z]+": "/, "", line); sub(/",?$/, "", line); return line }
    function base64(    v) {
      v = text()
      if (length(v) % 4 || v !~ /^[A-Za-z0-9+\/]*([AQgw]==|[AEIMQUYcgkosw048]=)?$/) bad()
      print v
      return length(v) == 88 && v ~ /==$/
    }
    function envelope(indent,    n) {
      want("^" indent "  \"payload\": \"[^\"]*\",$"); base64()
      want("^" indent "  \"payloadType\": \"[^\"\\\\]*\",$"); print text()
      want("^" indent "  \"signatures\": \\[$")
      do {
        want("^" indent "    {$"); want("^" indent "      \"keyid\": \"[^\"\\\\]*\",$")
        if (length(text()) > 1024) bad()
        want("^" indent "      \"sig\": \"[^\"]*\"$"); if (!base64() || ++n > 64) bad()
        want("^" indent "    },?$")
      } while (line ~ /,/)
      want("^" indent "  \\]$"); want("^" indent "},?$")
      return line ~ /,/
    }
    BEGIN {
      want("^{$")
      if (all) {
        want("^  \"_type\": \"urn:hallmark:trust:1\",$"); want("^  \"versions\": \\[$")
        do { want("^    {$"); print "version" } while (envelope("    "))
        want("^  \\]$"); want("^}$")
      } else if (envelope("")) bad()
      if ((getline line) > 0) bad()
    }
    END { exit failed }' <"$1"
}
# verifies KEY-BASE64 MESSAGE-FILE SIGNATURE-FILE: true if the key, a SubjectPublicKeyInfo, made the signature.
verifies() {
  printf '%s\n' '-----BEGIN PUBLIC KEY-----' "$1" '-----END PUBLIC KEY-----' >"$work/key.pem"
  openssl pkeyutl -verify -rawin -pubin -inkey "$work/key.pem" -in "$2" -sigfile "$3" >/dev/null 2>&1
}
# True if at least THRESHOLD keys of KEYS-FILE signed PAYLOAD-FILE as TYPE. It counts keys, not signatures.
signed() { # PAYLOAD-FILE TYPE SIGNATURES-FILE THRESHOLD KEYS-FILE
  size_of "$1"
  { printf 'DSSEv1 %s %s %s ' "${#2}" "$2" "$size"; cat "$1"; } >"$work/signed"
  rm -f "$work"/signature.*
  signatures=0
  while read -r line; do
    signatures=$((signatures + 1))
    printf %s "$line" | decode >"$work/signature.$signatures"
  done <"$3"
  signers=0
  while read -r key; do
    i=0
    while [ $i -lt $signatures ]; do
      i=$((i + 1))
      verifies "$key" "$work/signed" "$work/signature.$i" || continue
      signers=$((signers + 1))
      break
    done
  done <"$5"
  [ "$4" -gt 0 ] && [ "$signers" -ge "$4" ]
}

# --- the trust file

# Reads the payload of a version. Writes the version, and the keys and threshold of each role, to DIRECTORY.
read_trust_version() { # FILE DIRECTORY
  mkdir -p "$2"
  is_text "$1" && directory="$2" awk '
    function bad() { failed = 1; exit }
    function want(pattern) { if ((getline line) <= 0 || line !~ pattern) bad() }
    function role(name, end,    threshold, keys, last) {
      want("^  \"" name "\": {$"); want("^    \"threshold\": [1-9][0-9]*,$")
      threshold = line
      gsub(/[^0-9]/, "", threshold)
      print threshold > (ENVIRON["directory"] "/" name ".threshold")
      want("^    \"keys\": \\[$")
      do {
        want("^      \"MCowBQYDK2VwAyEA[A-Za-z0-9+/]+=\",?$")
        key = substr(line, 8, 60)
        if (line !~ /^ *"[^"]+",?$/ || length(key) != 60 || ordered(key) <= last) bad()
        last = ordered(key)
        print key > (ENVIRON["directory"] "/" name ".keys")
      } while (line ~ /,$/ && ++keys)
      want("^    \\]$"); want("^  }" end "$")
      if (length(threshold) > 2 || threshold + 0 > keys + 1) bad()
    }
    # Sort base64 in the order of the bytes that it stands for.
    function ordered(key,    i, digits, v) {
      digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
      for (i = 1; i <= length(key); i++) v = v sprintf("%02d", index(digits, substr(key, i, 1)))
      return "k" v
    }
    BEGIN {
      want("^{$"); want("^  \"_type\": \"urn:hallmark:trust:1\",$"); want("^  \"version\": [1-9][0-9]*,$")
      gsub(/[^0-9]/, "", line)
      print line > (ENVIRON["directory"] "/version")
      want("^  \"expires\": \"[0-9-]+T[0-9:]+Z\",$")
      role("root", ","); role("bundle", ","); role("smolBin", "")
      want("^}$")
      if ((getline line) > 0) bad()
    }
    END { exit failed }' <"$1"
}
# Checks that each version is signed by the root keys of the previous one and by its own. Sets $versions, and writes
# payload.N and N/ to DIRECTORY. Fails with 1 if a signature is wrong, and with 2 if something is malformed.
check_trust() { # FILE DIRECTORY
  mkdir -p "$2"
  is_file "$1" && envelopes "$1" all >"$2/all" || return 2
  directory="$2" awk '$0 == "version" { n++; at = 0; next }
    { print > (ENVIRON["directory"] "/" (++at == 1 ? "base64." : at == 2 ? "type." : "signatures.") n) }' "$2/all"
  versions=0
  while [ -f "$2/base64.$((versions + 1))" ]; do
    versions=$((versions + 1))
    [ "$(cat "$2/type.$versions")" = application/vnd.hallmark.trust+json ] || return 1
    decode <"$2/base64.$versions" >"$2/payload.$versions" || return 2
    for of in $((versions - 1)) "$versions"; do
      [ "$of" -gt 0 ] || continue
      [ "$of" -lt "$versions" ] || read_trust_version "$2/payload.$of" "$2/$of" || return 2
      signed "$2/payload.$versions" application/vnd.hallmark.trust+json "$2/signatures.$versions" \
        "$(cat "$2/$of/root.threshold")" "$2/$of/root.keys" || return 1
    done
    [ "$(cat "$2/$versions/version")" = "$versions" ] || return 1
  done
}
check_trust "$trust" "$work/pinned" || { echo "recheck: $trust: does not hold" >&2; exit 1; }
newest=$work/pinned/$versions
pinned_versions=$versions
if there "$bundle/trust.json" && ! is_file "$bundle/trust.json"; then
  finding not-a-file trust.json
elif there "$bundle/trust.json" && ! cmp -s "$trust" "$bundle/trust.json"; then
  check_trust "$bundle/trust.json" "$work/offered" && status=0 || status=$?
  common=$((versions < pinned_versions ? versions : pinned_versions))
  while [ $status = 0 ] && [ "$common" -gt 0 ]; do
    cmp -s "$work/pinned/payload.$common" "$work/offered/payload.$common" || status=1
    common=$((common - 1))
  done
  case $status in
    0) [ "$versions" -le "$pinned_versions" ] || newest=$work/offered/$versions ;;
    1) finding untrusted trust.json ;;
    *) finding malformed trust.json ;;
  esac
fi

# --- the signatures over the manifest, which are checked before anything in it is read
manifest=$bundle/manifest.json
envelope=$bundle/manifest.dsse.json
for file in "$manifest" "$envelope"; do
  there "$file" || finding missing "${file##*/}"
  is_file "$file" || ! there "$file" || finding not-a-file "${file##*/}"
done
is_file "$manifest" && is_file "$envelope" || exit 3
envelopes "$envelope" >"$work/envelope" || stop malformed manifest.dsse.json
{ read -r payload && read -r type && cat >"$work/signatures"; } <"$work/envelope"
printf %s "$payload" | decode >"$work/payload"
[ "$type" = application/vnd.in-toto+json ] && signed "$work/payload" "$type" "$work/signatures" \
  "$(cat "$newest/bundle.threshold")" "$newest/bundle.keys" || stop untrusted manifest.dsse.json
cmp -s "$work/payload" "$manifest" || stop untrusted manifest.json

# --- the manifest: canonical form, line by line, and the rules of hallmark-manifest(5). Prints a line for each of these:
# sequence, version, artifact (role, name, size, sha256, sha1 or minus), table (two digests), partition with a digest (offset,
# size).
read_manifest() { # FILE
  is_text "$1" && awk '
    function bad() { failed = 1; exit }
    function next_line() { if (pushed) pushed = 0; else if ((getline line) <= 0) bad(); return line }
    function has(head) { next_line(); pushed = 1; return index(line, head) == 1 }
    function literal(text) { if (next_line() != text) bad() }
    function value(head, tail,    n) {
      next_line()
      n = length(line) - length(head) - length(tail)
      if (n < 0 || index(line, head) != 1 || substr(line, length(line) - length(tail) + 1) != tail) bad()
      return substr(line, length(head) + 1, n)
    }
    # At most 2^63 - 1. Compared as text, since floating point has too few digits.
    function number(head, tail,    v) {
      v = value(head, tail)
      if (v !~ /^(0|[1-9][0-9]*)$/ || length(v) > 19 || (length(v) == 19 && ("n" v) > "n9223372036854775807")) bad()
      return v
    }
    function hex(head, tail, digits,    v) {
      v = value(head, tail)
      if (length(v) != digits || v !~ /^[0-9a-f]*$/) bad()
      return v
    }
    function token(head,    v) {
      v = value(head, "\",")
      if (v !~ /^[0-9A-Za-z_+~][0-9A-Za-z._+~-]*$/ || length(v) > 128) bad()
      return v
    }
    function guid(head,    v) {
      v = value(head, "\",")
      if (length(v) != 36 || v !~ /^[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+$/ || substr(v, 9, 1) \
          substr(v, 14, 1) substr(v, 19, 1) substr(v, 24, 1) != "----") bad()
    }
    # Ends an element of a list: true if another follows.
    function another(end) { if (next_line() == end ",") return 1; if (line != end) bad(); return 0 }
    function partition(    v) {
      literal("        {")
      v = number("          \"number\": ", ",") + 0
      if (v <= last || v > 128) bad()
      last = v
      offset[++n] = number("          \"offset\": ", ",")
      size[n] = number("          \"size\": ", ",")
      if (size[n] == 0 || offset[n] + size[n] > rootfs_size + 0) bad()
      for (i = 1; i < n; i++) if (offset[i] + 0 < offset[n] + size[n] && offset[n] + 0 < offset[i] + size[i]) bad()
      guid("          \"type\": \""); guid("          \"guid\": \"")
      v = value("          \"name\": \"", "\",")
      if (v ~ /\\u00(08|09|0a|0c|0d)/) bad()
      gsub(/\\(["\\bfnrt]|u00[01][0-9a-f])/, "x", v)
      if (v ~ /["\\]/ || length(v) > 108) bad()
      if (!has("          \"attributes\": \"") || line !~ /,$/) { hex("          \"attributes\": \"", "\"", 16); return }
      hex("          \"attributes\": \"", "\",", 16)
      print "partition", offset[n], size[n], hex("          \"sha256\": \"", "\"", 64)
    }
    function command_line(    v) {
      v = value("    \"commandLine\": \"", "\",")
      gsub(/\\["\\]/, "x", v)
      if (v ~ /["\\]/ || v !~ /^[ -~]+$/ || length(v) > 1536) bad()
    }
    function disk() {
      literal("    \"disk\": {")
      guid("      \"guid\": \"")
      v = hex("      \"tableSha256\": \"", "\",", 64)
      print "table", v, hex("      \"backupSha256\": \"", "\",", 64)
      if (has("      \"partitions\": []")) { literal("      \"partitions\": []"); return }
      literal("      \"partitions\": [")
      do partition(); while (another("        }"))
      literal("      ]")
    }
    function verity(    v, data, blocks, hash, block) {
      literal("    \"verity\": {")
      hex("      \"rootHash\": \"", "\",", 64)
      v = value("      \"salt\": \"", "\",")
      if (length(v) > 512 || length(v) % 2 || v !~ /^[0-9a-f]*$/) bad()
      data = number("      \"dataOffset\": ", ",")
      blocks = number("      \"dataBlocks\": ", ",")
      hash = number("      \"hashOffset\": ", ",")
      block = number("      \"blockSize\": ", "")
      if (block + 0 > 65536) bad()
      for (v = 512; v < block + 0; v *= 2) ;
      if (v != block + 0 || block > 65536 || blocks == 0 || data + blocks * block > rootfs_size + 0 ||
          hash + block > rootfs_size + 0) bad()
    }
    function artifact(    role, name, bytes, sha256, sha1) {
      literal("      {")
      role = value("        \"role\": \"", "\",")
      if (!(role in order) || order[role] <= last_role) bad()
      last_role = order[role]
      name = value("        \"name\": \"", "\",")
      bytes = number("        \"size\": ", ",")
      if (role == "rootfs") rootfs_size = bytes
      sha1 = "-"
      if (has("        \"sha256\": ") && line ~ /,$/) {
        sha256 = hex("        \"sha256\": \"", "\",", 64)
        sha1 = hex("        \"sha1\": \"", "\"", 40)
      } else sha256 = hex("        \"sha256\": \"", "\"", 64)
      artifacts++
      if (name != files[last_role] || name != subject[artifacts] || sha256 != digest[artifacts]) bad()
      print "artifact", role, name, bytes, sha256, sha1
    }
    BEGIN {
      split("rootfs rootfs-zst chunk-table kernel initramfs smol-bin session-disk sbom provenance", roles, " ")
      split("rootfs.img rootfs.img.zst rootfs.img.chunks vmlinuz initrd.img - sessiondata.img.zst " \
            "sbom.spdx.json provenance.json", files, " ")
      for (i in roles) order[roles[i]] = i + 0
      literal("{")
      literal("  \"_type\": \"https://in-toto.io/Statement/v1\",")
      literal("  \"subject\": [")
      do {
        literal("    {")
        subject[++subjects] = value("      \"name\": \"", "\",")
        literal("      \"digest\": {")
        digest[subjects] = hex("        \"sha256\": \"", "\"", 64)
        literal("      }")
      } while (another("    }"))
      literal("  ],")
      literal("  \"predicateType\": \"urn:hallmark:manifest:1\",")
      literal("  \"predicate\": {")
      token("    \"name\": \"")
      print "version", token("    \"version\": \"")
      files[6] = "smol-bin." token("    \"architecture\": \"") ".img"
      sequence = number("    \"sequence\": ", ",")
      print "sequence", sequence
      least = number("    \"leastSequence\": ", ",")
      if (length(least) > length(sequence) || (length(least) == length(sequence) && ("n" least) > ("n" sequence))) bad()
      number("    \"smolBinLeastSequence\": ", ",")
      number("    \"policyLeastSequence\": ", ",")
      if (number("    \"sourceDateEpoch\": ", ",") + 0 > 253402300799) bad()
      if (has("    \"lockSha256\": ")) hex("    \"lockSha256\": \"", "\",", 64)
      if (has("    \"commandLine\": ")) command_line()
      literal("    \"artifacts\": [")
      do artifact(); while (another("      }"))
      if (artifacts != subjects || rootfs_size == "") bad()
      open = another("    ]")
      if (open && has("    \"disk\": {")) { disk(); open = another("    }") }
      if (open) { verity(); literal("    }") }
      literal("  }")
      literal("}")
      if ((getline line) > 0) bad()
    }
    END { exit failed }' <"$1"
}
read_manifest "$manifest" >"$work/manifest" || stop malformed manifest.json
while read -r what one two; do
  case $what in
    sequence) sequence=$one ;;
    version) version=$one ;;
    artifact) echo "$one $two" >>"$work/artifacts" ;;
    table) table=$one backup=$two ;;
    partition) echo "$one $two" >>"$work/partitions" ;;
  esac
done <"$work/manifest"
if [ "$sequence" = 0 ]; then
  finding unreleased manifest.json
elif less "$sequence" "$least"; then
  finding rolled-back manifest.json
fi

# --- manifest.json.minisig
check_minisig() { # FILE: fails with 1 if the signature is wrong, with 2 if it is malformed
  is_file "$1" || return 2
  # Four lines of at most 8 KiB each, in this order. Base64 has no stray bits.
  [ "$(tr -d '\000' <"$1" | wc -c)" = "$(wc -c <"$1")" ] && awk '
    { sub(/\r$/, "") }
    length($0) > 8192 || /\r/ || (NR == 1 && !/^untrusted comment: /) || (NR == 3 && !/^trusted comment: /) ||
      (NR == 2 && (length($0) != 100 || !/^R[UW][A-Za-z0-9+\/]*[AEIMQUYcgkosw048]=$/)) ||
      (NR == 4 && (length($0) != 88 || !/^[A-Za-z0-9+\/]*[AQgw]==$/)) { failed = 1 }
    END { exit failed || NR != 4 }' "$1" || return 2
  tr -d '\r' <"$1" >"$work/minisig"
  { read -r _ && read -r blob && IFS= read -r comment && { read -r global || [ -n "$global" ]; }; } <"$work/minisig"
  printf %s "$blob" | decode >"$work/blob"
  printf %s "$global" | decode >"$work/global"
  tail -c 64 "$work/blob" >"$work/signature"
  case $blob in
    RUQ* | RUR* | RUS* | RUT*)
      if [ "$(head -c 2 "$work/blob")" = ED ]; then openssl dgst -blake2b512 -binary "$manifest"; else cat "$manifest"; fi
      ;;
    RWQ* | RWR* | RWS* | RWT*) cat "$manifest" ;;
    *) return 2 ;;
  esac >"$work/message"
  { cat "$work/signature"; printf %s "${comment#trusted comment: }"; } >"$work/commented"
  while read -r key; do
    verifies "$key" "$work/message" "$work/signature" && verifies "$key" "$work/commented" "$work/global" && return 0
  done <"$newest/bundle.keys"
  return 1
}
if there "$manifest.minisig"; then
  check_minisig "$manifest.minisig" && status=0 || status=$?
  case $status in 0) ;; 1) finding untrusted manifest.json.minisig ;; *) finding malformed manifest.json.minisig ;; esac
fi

# --- origins: the SHA-1 in 40 digits of either case, and at most one newline
origin_of() { # NAME: sets $origin if there is a well-formed one
  is_file "$bundle/.$1.origin" && size_of "$bundle/.$1.origin" && [ "$size" -le 41 ] &&
    [ "$(tr -d '0-9a-fA-F' <"$bundle/.$1.origin" | od -An -tx1 | tr -d ' ')" = "$([ "$size" = 40 ] || echo 0a)" ] &&
    { [ "$size" = 40 ] || [ -z "$(tail -c 1 "$bundle/.$1.origin")" ]; } &&
    grep -Eqx '[0-9a-fA-F]{40}' "$bundle/.$1.origin" && origin=$(tr 'A-F' 'a-f' <"$bundle/.$1.origin")
}
: >"$work/origins"
while read -r role name size sha256 sha1; do
  ! there "$bundle/.$name.origin" || ! origin_of "$name" || echo "$origin" >>"$work/origins"
done <"$work/artifacts"
while read -r role name size sha256 sha1; do
  there "$bundle/.$name.origin" || continue
  if ! origin_of "$name"; then
    finding malformed ".$name.origin"
  elif [ "$sha1" = - ]; then
    finding origin ".$name.origin"
  elif [ "$origin" != "$sha1" ]; then
    if [ "$(grep -cx "$origin" "$work/origins")" -gt 1 ]; then finding origin-stamp ".$name.origin"; else
      finding origin ".$name.origin"
    fi
  fi
done <"$work/artifacts"

# --- SHA256SUMS
is_sums() { # a digest, a space, a space or an asterisk, a plain name; each name once
  [ ! -s "$1" ] && return 0
  [ -z "$(tail -c 1 "$1")" ] && awk '
    { name = substr($0, 67) }
    length($0) < 67 || substr($0, 1, 64) ~ /[^0-9a-f]/ || substr($0, 65, 2) !~ /^ [ *]$/ || name ~ /[\001-\037\177\/\\]/ ||
      name == "." || name == ".." || seen[name]++ { failed = 1 }
    END { exit failed }' "$1"
}
if there "$bundle/SHA256SUMS"; then
  if ! is_file "$bundle/SHA256SUMS" || ! is_sums "$bundle/SHA256SUMS"; then
    finding malformed SHA256SUMS
  else
    set --
    for name in manifest.json manifest.dsse.json manifest.json.minisig trust.json; do
      [ ! -f "$bundle/$name" ] || set -- "$@" "$name"
    done
    (cd "$bundle" && sha256sum "$@") >"$work/sums"
    while read -r role name size sha256 sha1; do
      case $role in rootfs) ;; *) echo "$sha256  $name" ;; esac
    done <"$work/artifacts" >>"$work/sums"
    sed 's/^\(.\{64\}\) \*/\1  /' "$bundle/SHA256SUMS" | sort >"$work/listed"
    sort "$work/sums" | cmp -s - "$work/listed" || finding sums SHA256SUMS
  fi
fi

# --- types and sizes of files, then digests of the small ones
: >"$work/present"
has_image=0 has_compressed=0 has_chunks=0
while read -r role name signed_size sha256 sha1; do
  file=$bundle/$name
  if ! there "$file"; then
    case $role in
      rootfs) ;;
      # A host with little space removes the compressed image when it has the raw one.
      rootfs-zst) [ $has_image = 1 ] || finding missing "$name" ;;
      *) finding missing "$name" ;;
    esac
    continue
  fi
  is_file "$file" || { finding not-a-file "$name"; continue; }
  size_of "$file"
  if [ "$size" != "$signed_size" ]; then
    magic=$(head -c 4 "$file" | od -An -tx1 | tr -d ' \n')
    case $role:$magic in
      rootfs:28b52ffd | rootfs:5?2a4d18 | rootfs:1f8b???? | rootfs:fd377a58) finding compressed "$name" ;;
      *) if [ "$size" -lt "$signed_size" ]; then finding truncated "$name"; else finding extended "$name"; fi ;;
    esac
    continue
  fi
  case $role in
    rootfs) has_image=1 image_sha256=$sha256 ;;
    rootfs-zst) has_compressed=1 compressed_sha256=$sha256 ;;
    *) echo "$sha256  $name" >>"$work/present" ;;
  esac
  [ "$role" != chunk-table ] || has_chunks=1
done <"$work/artifacts"

# --- the partition table and the EFI system partition of rootfs.img
image=$bundle/rootfs.img
compressed=$bundle/rootfs.img.zst
if [ $has_image = 1 ] && [ -n "${table:-}" ]; then
  front=$(head -c 17408 "$image" | sha256sum)
  back=$(tail -c 16896 "$image" | sha256sum)
  [ "${front%% *}" = "$table" ] && [ "${back%% *}" = "$backup" ] || finding table rootfs.img
  touch "$work/partitions"
  while read -r offset size sha256; do
    range_sha256 "$image" "$offset" "$size"
    [ "$sum" = "$sha256" ] || finding partition rootfs.img
  done <"$work/partitions"
fi
if [ -s "$work/present" ] && ! (cd "$bundle" && sha256sum -c "$work/present") >"$work/checked" 2>/dev/null; then
  sed -n 's/^\(.*\): FAILED$/digest \1/p' "$work/checked"
  bad=3
fi

# --- every byte of the images, if all other checks passed
[ $bad = 0 ] || exit 3

# Reads a chunk table. Prints the seek table that belongs to it, in hexadecimal, then one line for each chunk: its digest or
# "zeros", the digest of its frame, its size, the size of its frame. Fails if the table does not follow hallmark-chunks(5),
# or belongs to other images.
read_chunks() { # FILE RAW-SIZE COMPRESSED-SIZE
  od -An -v -tx1 "$1" | awk -v raw_size="$2" -v compressed_size="$3" '
    function byte(i) { return (index("0123456789abcdef", substr(b[i], 1, 1)) - 1) * 16 + \
                              index("0123456789abcdef", substr(b[i], 2, 1)) - 1 }
    function number(at, length_,    v) { v = 0; while (length_ > 0) v = v * 256 + byte(at + --length_); return v }
    function text(at, length_,    v, i) { v = ""; for (i = 0; i < length_; i++) v = v b[at + i]; return v }
    function little(v,    i, hex) { for (i = 0; i < 4; i++) { hex = hex sprintf("%02x", v % 256); v = int(v / 256) } return hex }
    { for (i = 1; i <= NF; i++) b[n++] = $i }
    END {
      chunk = number(12, 4)
      count = number(32, 8)
      for (power = 65536; power < chunk; power *= 2) ;
      if (n < 40 || text(0, 8) != "484d4348554e4b53" || number(8, 4) != 1 || power != chunk || chunk > 67108864 ||
          number(16, 8) != raw_size || number(24, 8) != compressed_size ||
          count != int((raw_size + chunk - 1) / chunk) || n != 40 + 80 * count) exit 1
      seek = "5e2a4d18" little(8 * count + 9)
      for (i = 0; i < count; i++) {
        at = 40 + 80 * i
        size = number(at + 72, 4)
        flags = number(at + 76, 4)
        if (number(at + 64, 8) != offset || !size || size > 68157440 || flags > 1) exit 1
        raw = i < count - 1 ? chunk : raw_size - chunk * i
        lines[i] = (flags ? "zeros" : text(at, 32)) " " text(at + 32, 32) " " raw " " size
        seek = seek little(size) little(raw)
        offset += size
      }
      if (offset + 8 * count + 17 != compressed_size) exit 1
      print seek little(count) "00b1ea928f"
      for (i = 0; i < count; i++) print lines[i]
    }'
}
# Reads the next bytes of descriptor 3 or 4, and compares their digest.
next_is() { # SIZE SHA256
  sum=$(dd bs="$1" count=1 2>/dev/null | sha256sum)
  [ "${sum%% *}" = "$2" ]
}
check_chunks() { # of the files that are open as 3 and 4
  good_image=1 good_compressed=1 zeros=
  while read -r raw_sha256 frame_sha256 raw_size frame_size; do
    if [ "$raw_sha256" = zeros ]; then
      [ "${zeros%% *}" = "$raw_size" ] || zeros="$raw_size $(head -c "$raw_size" /dev/zero | sha256sum)"
      raw_sha256=${zeros#* } raw_sha256=${raw_sha256%% *}
    fi
    [ $has_image = 0 ] || next_is "$raw_size" "$raw_sha256" <&3 || good_image=0
    [ $has_compressed = 0 ] || next_is "$frame_size" "$frame_sha256" <&4 || good_compressed=0
  done
  [ $good_image = 1 ] || finding digest rootfs.img
  [ $good_compressed = 1 ] || finding digest rootfs.img.zst
}
signed_size() { sed -n "s/^$1 [^ ]* \([0-9]*\) .*/\1/p" "$work/artifacts"; }
if [ $has_chunks = 1 ]; then
  read_chunks "$bundle/rootfs.img.chunks" "$(signed_size rootfs)" "$(signed_size rootfs-zst)" >"$work/chunks" ||
    stop malformed rootfs.img.chunks
  [ $has_image = 1 ] || image=/dev/null
  [ $has_compressed = 1 ] || compressed=/dev/null
  { read -r seek_table && check_chunks; } <"$work/chunks" 3<"$image" 4<"$compressed"
  if [ $has_compressed = 1 ] && [ $good_compressed = 1 ]; then
    [ "$(tail -c $((${#seek_table} / 2)) "$compressed" | od -An -v -tx1 | tr -d ' \n')" = "$seek_table" ] ||
      finding digest rootfs.img.zst
  fi
fi
[ $bad = 0 ] || exit 3
if [ $has_image = 1 ]; then
  sha256_of "$image"
  [ "$sum" = "$image_sha256" ] || finding digest rootfs.img
fi
if [ $has_compressed = 1 ]; then
  sha256_of "$compressed"
  [ "$sum" = "$compressed_sha256" ] || finding digest rootfs.img.zst
  raw=$(sed -n 's/^rootfs [^ ]* [^ ]* \([0-9a-f]*\) .*/\1/p' "$work/artifacts")
  sum=$(zstd -dcq "$compressed" 2>/dev/null | sha256sum)
  [ $bad != 0 ] || [ "${sum%% *}" = "$raw" ] || finding digest rootfs.img.zst
fi
[ $bad = 0 ] || exit 3
echo "good: $version, sequence $sequence"

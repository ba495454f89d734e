# SPDX-License-Identifier: Apache-2.0
# To be sourced. make_bundle DIRECTORY: makes an unsigned bundle with the shell alone, which can write the manifest
# because its canonical form is line by line. Its rootfs.img has an EFI system partition and a root partition.

digest() { sha256sum "$1" | cut -c1-64; }
sha1() { sha1sum "$1" | cut -c1-40; }

make_image() { # FILE ROOT-GUID
  truncate -s 4M "$1"
  sgdisk --disk-guid=00112233-4455-6677-8899-aabbccddeeff \
    --new=15:2048:3071 --typecode=15:c12a7328-f81f-11d2-ba4b-00a0c93ec93b --change-name=15:EFI \
    --partition-guid=15:22222222-2222-2222-2222-222222222222 \
    --new=1:4096:6143 --typecode=1:b921b045-1df0-41c3-af44-4c6f280d3fae --change-name=1:rootfs \
    --partition-guid=1:"$2" "$1" >/dev/null
  seq 100000 | head -c 524288 | dd of="$1" bs=1M seek=1 conv=notrunc status=none
  seq 200000 | tail -c 1048576 | dd of="$1" bs=1M seek=2 conv=notrunc status=none
}

artifact() { # DIRECTORY ROLE NAME
  cat <<EOF
      {
        "role": "$2",
        "name": "$3",
        "size": $(wc -c <"$1/$3"),
        "sha256": "$(digest "$1/$3")",
        "sha1": "$(sha1 "$1/$3")"
      }$4
EOF
}
subject() { # DIRECTORY NAME
  cat <<EOF
    {
      "name": "$2",
      "digest": {
        "sha256": "$(digest "$1/$2")"
      }
    }$3
EOF
}

make_bundle() { # DIRECTORY
  mkdir "$1"
  make_image "$1/rootfs.img" 11111111-1111-1111-1111-111111111111
  zstd -q "$1/rootfs.img" -o "$1/rootfs.img.zst"
  printf 'a kernel' >"$1/vmlinuz"
  for name in rootfs.img rootfs.img.zst; do printf %s "$(sha1 "$1/$name")" >"$1/.$name.origin"; done
  cat >"$1/manifest.json" <<EOF
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
$(subject "$1" rootfs.img ,)
$(subject "$1" rootfs.img.zst ,)
$(subject "$1" vmlinuz '')
  ],
  "predicateType": "urn:hallmark:manifest:1",
  "predicate": {
    "name": "shell",
    "version": "1",
    "architecture": "arm64",
    "sequence": 0,
    "leastSequence": 0,
    "smolBinLeastSequence": 0,
    "policyLeastSequence": 0,
    "sourceDateEpoch": 0,
    "artifacts": [
$(artifact "$1" rootfs rootfs.img ,)
$(artifact "$1" rootfs-zst rootfs.img.zst ,)
$(artifact "$1" kernel vmlinuz '')
    ],
    "disk": {
      "guid": "00112233-4455-6677-8899-aabbccddeeff",
      "tableSha256": "$(head -c 17408 "$1/rootfs.img" | sha256sum | cut -c1-64)",
      "backupSha256": "$(tail -c 16896 "$1/rootfs.img" | sha256sum | cut -c1-64)",
      "partitions": [
        {
          "number": 1,
          "offset": 2097152,
          "size": 1048576,
          "type": "b921b045-1df0-41c3-af44-4c6f280d3fae",
          "guid": "11111111-1111-1111-1111-111111111111",
          "name": "rootfs",
          "attributes": "0000000000000000"
        },
        {
          "number": 15,
          "offset": 1048576,
          "size": 524288,
          "type": "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
          "guid": "22222222-2222-2222-2222-222222222222",
          "name": "EFI",
          "attributes": "0000000000000000",
          "sha256": "$(tail -c +1048577 "$1/rootfs.img" | head -c 524288 | sha256sum | cut -c1-64)"
        }
      ]
    }
  }
}
EOF
}

# SPDX-License-Identifier: Apache-2.0
# To be sourced: make_bundle FOLDER.

digest() { sha256sum "$1" | cut -c1-64; }

# A bundle of one artifact, as a shell can write it: the canonical form is line by line.
make_bundle() { # FOLDER
  mkdir "$1"
  printf 'raw image' >"$1/rootfs.img"
  zstd -q "$1/rootfs.img" -o "$1/rootfs.img.zst"
  cat >"$1/manifest.json" <<EOF
{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "rootfs.img",
      "digest": {
        "sha256": "$(digest "$1/rootfs.img")"
      }
    },
    {
      "name": "rootfs.img.zst",
      "digest": {
        "sha256": "$(digest "$1/rootfs.img.zst")"
      }
    }
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
      {
        "role": "rootfs",
        "name": "rootfs.img",
        "size": $(wc -c <"$1/rootfs.img"),
        "sha256": "$(digest "$1/rootfs.img")"
      },
      {
        "role": "rootfs-zst",
        "name": "rootfs.img.zst",
        "size": $(wc -c <"$1/rootfs.img.zst"),
        "sha256": "$(digest "$1/rootfs.img.zst")"
      }
    ]
  }
}
EOF
}

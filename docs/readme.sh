#!/usr/bin/env bash
# Runs the commands that README.md shows and writes what they print into it. The test tests/readme.rs does the comparing.
set -euo pipefail
cd "$(dirname "$0")/.."
WATERSHED_BLESS=1 cargo test --locked --test readme
git --no-pager diff --stat README.md

#!/usr/bin/env bash
# Runs the commands that README.md and the book show and writes what they print into them. tests/readme.rs and tests/book.rs do the comparing.
set -euo pipefail
cd "$(dirname "$0")/.."
WATERSHED_BLESS=1 cargo test --locked --test readme --test book
git --no-pager diff --stat README.md docs/book

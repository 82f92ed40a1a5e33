#!/usr/bin/env bash
# One program, from its text to a verdict that anyone can replay. `make demo` builds the binary first.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=${WATERSHED:-${CARGO_TARGET_DIR:-target}/release/watershed}
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
program=benchmarks/programs/papers/marriage.ded

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
plain() { printf '\n%s\n' "$*"; }
[ -t 1 ] || say() { plain "$@"; }

# Runs watershed as a newcomer would type it; $1 is the exit code that the answer has.
answers() {
  local expected=$1 code=0
  shift
  say "\$ watershed $*" "   (exit code $expected)"
  "$binary" "$@" || code=$?
  if [ "$code" != "$expected" ]; then
    echo "demo: exit code $code where $expected was expected" >&2
    exit 1
  fi
}

plain "A program: bride and groom each send their vow; whoever hears one vow without the other concludes, for good, that somebody ran away."
sed -n '/^output/,$p' "$program"

answers 0 classify "$program"
answers 1 check "$program" --witness "$directory/marriage.json"

say "The witness is a file, and replaying it needs the definition only, not the explorer:"
answers 0 replay "$program" --schedule "$directory/marriage.json"

say "A schedule that cannot happen is refused: nothing is in flight to n1 in the first step."
answers 1 replay "$program" --schedule 'n1{i_do(#n1, bride)} loop: n1'

say "The same ceremony with the vows sealed in one envelope:"
answers 0 check benchmarks/programs/papers/marriage-sealed.ded

plain "Next: README.md, 'watershed help', and the programs in benchmarks/programs."

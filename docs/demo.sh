#!/usr/bin/env bash
# One program, from its text to a verdict that anyone can replay. `make demo` builds the binary first.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=${WATERSHED:-${CARGO_TARGET_DIR:-target}/release/watershed}
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
program=benchmarks/programs/papers/marriage.ded

plain() { printf '\n%s\n' "$*"; }
if [ -t 1 ]; then
  say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
else
  say() { plain "$@"; }
fi

# Runs watershed as a newcomer would type it; $1 is the exit code that the answer has.
answers() {
  local expected=$1 code=0
  shift
  local words=()
  for word in "$@"; do
    case $word in *[\ \;\#\{]*) words+=("'$word'") ;; *) words+=("$word") ;; esac
  done
  say "\$ watershed ${words[*]}"
  "$binary" "$@" || code=$?
  echo "(exit code $code)"
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
answers 0 replay "$program" --schedule "$directory/marriage.json" --quiet

say "A schedule that cannot happen is refused. Nothing is in flight to n1 in its first step:"
answers 2 replay "$program" --schedule 'n1{i_do(#n1, bride)} loop: n1'

say "The same ceremony, but all wait until everybody who is expected has answered:"
answers 0 check benchmarks/programs/papers/marriage-sealed.ded

plain "Next: README.md, 'watershed help', and the programs in benchmarks/programs."

# Sourced by the scripts of this folder: where the project is, and how they speak.
# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is used by the scripts that source it

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cores=$(nproc)

# Colour is for people: only on a terminal, and not for those who said no.
if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
  bold='' dim='' red='' green='' plain=''
fi

say() { printf '%s\n' "$*"; }
heading() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
good() { printf '%sok%s    %s\n' "$green" "$plain" "$*"; }
bad() { printf '%sFAIL%s  %s\n' "$red" "$plain" "$*"; }
aside() { printf '%s%s%s\n' "$dim" "$*" "$plain"; }

die() {
  printf '%s: error: %s\n' "${0##*/}" "$1" >&2
  [[ $# -lt 2 ]] || printf '%s: hint: %s\n' "${0##*/}" "$2" >&2
  exit 1
}

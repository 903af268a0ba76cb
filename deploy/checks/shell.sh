#!/usr/bin/env bash
# Every shell script of the repository through shellcheck. Needs Debian's shellcheck, which it installs where it may.
# shellcheck source=deploy/checks/setup.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/setup.sh" shell
cd -- "$deploy/.."

install_with_apt shellcheck shellcheck
mapfile -t scripts < <(
  # The wrapper is Maven's.
  git ls-files --cached --others --exclude-standard | grep -vx mvnw | while IFS= read -r file; do
    if [[ -f $file && $(head -c 64 -- "$file" | tr -d '\0') =~ ^'#!'[^$'\n']*sh ]]; then echo "$file"; fi
  done
)
((${#scripts[@]} > 10)) || fail "found only ${#scripts[@]} scripts"
shellcheck --external-sources "${scripts[@]}" || fail 'shellcheck complains'
say "shellcheck finds nothing in ${#scripts[@]} scripts"

#!/usr/bin/env bash
# Executes every notebook of this folder on the tables of sweep.conf, which it runs where they are not there, and fails where a
# cell fails.
#
#   notebooks/run.sh [--save]     --save writes the outputs into the notebooks
#
#   PYTHON    a Python 3.11 or later (default: python3). Without the packages of requirements.txt they are installed into a
#             virtual environment in notebooks/target; where that cannot be, Jupyter is taken from the path or from
#             apt-get, and the Python notebook is left out.
#
# Exit codes: 0 all well, 1 a notebook failed, 3 no Jupyter here and none to be had: nothing was executed.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
mkdir -p target
work=$PWD/target
log=$work/setup.log

save=false
[[ ${1:-} != --save ]] || save=true

with_packages() { "$1" -c 'import duckdb, ipykernel, matplotlib, nbconvert, pandas' 2>/dev/null; }

# Sets nbconvert to the command that executes, and python_too.
find_jupyter() {
  local python=${PYTHON:-python3} candidate
  python_too=true
  for candidate in "$python" "$work/venv/bin/python"; do
    if with_packages "$candidate"; then
      nbconvert=("$candidate" -m nbconvert)
      return
    fi
  done
  echo "notebooks: installing Jupyter, DuckDB, pandas and Matplotlib into $work/venv"
  # No retries: an address that is not there is found out once, not for minutes.
  if "$python" -m venv "$work/venv" >"$log" 2>&1 &&
    "$work/venv/bin/python" -m pip install -q --retries 0 -r requirements.txt >>"$log" 2>&1; then
    nbconvert=("$work/venv/bin/python" -m nbconvert)
    return
  fi
  tail -n 3 -- "$log"
  echo "notebooks: no Python packages to be had: the Python notebook is left out"
  python_too=false
  if ! command -v jupyter-nbconvert >/dev/null; then
    local as_root=()
    ((EUID == 0)) || as_root=(sudo -n)
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends jupyter-nbconvert jupyter-client >"$log" 2>&1 || {
      tail -n 3 -- "$log"
      echo "notebooks: no Jupyter here and none to be had from pip or apt-get: NOTHING WAS EXECUTED"
      exit 3
    }
  fi
  nbconvert=("$(PATH=/usr/bin:$PATH command -v jupyter-nbconvert)")
}

find_jupyter
# Not the user's kernels: this one, from a clean state.
export JUPYTER_DATA_DIR=$work/jupyter
./install-kernel.sh >/dev/null

if [[ ! -d out/effects ]]; then
  (cd .. && ./secant run notebooks/sweep.conf)
fi

# Short queries gain nothing from the second compiler.
export SECANT_JAVA_OPTS="-XX:TieredStopAtLevel=1 ${SECANT_JAVA_OPTS:-}"
code=0
for notebook in *.ipynb; do
  if [[ $python_too == false ]] && grep -q '"language": "python"' "$notebook"; then
    echo "notebooks: $notebook LEFT OUT: no Python packages"
    continue
  fi
  if "${nbconvert[@]}" --to notebook --execute --output-dir "$work/executed" --log-level ERROR "$notebook" >"$work/$notebook.log" 2>&1; then
    echo "notebooks: $notebook executed"
    [[ $save == false ]] || cp -- "$work/executed/$notebook" "$notebook"
  else
    code=1
    cat -- "$work/$notebook.log"
    echo "notebooks: $notebook FAILED"
  fi
done
exit "$code"

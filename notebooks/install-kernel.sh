#!/usr/bin/env bash
# Makes the kernel "Java (Secant)" known to Jupyter: Java cells with Spark and Secant on the class path.
#
#   notebooks/install-kernel.sh
#
#   JUPYTER_DATA_DIR    where Jupyter looks for kernels of this user (default: ~/.local/share/jupyter)
#
# The kernel is `secant notebook-kernel` of this folder: it builds when needed and heeds JAVA_HOME, SECANT_HEAP, SECANT_MASTER
# and SECANT_JARS. Remove it with `jupyter kernelspec remove secant-java`.
set -euo pipefail
launcher=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)/secant
kernel=${JUPYTER_DATA_DIR:-$HOME/.local/share/jupyter}/kernels/secant-java

# A path in JSON.
quoted=${launcher//\\/\\\\}
quoted=${quoted//\"/\\\"}
mkdir -p -- "$kernel"
# Interrupts come as messages: a signal would end the JVM.
cat >"$kernel/kernel.json" <<JSON
{
  "argv": ["$quoted", "notebook-kernel", "{connection_file}"],
  "display_name": "Java (Secant)",
  "language": "java",
  "interrupt_mode": "message"
}
JSON
echo "installed $kernel"

#!/usr/bin/env bash
# Opens a report in Chromium, wide and as on a phone, and fails where its script complains.
#
#   docs/checks/report.sh OUT/report.html [FOLDER]
#
# Writes FOLDER/report-wide.png and FOLDER/report-phone.png (default: the current folder), to be looked at. Does nothing
# where there is no Chromium. Nothing is sent: the page may load nothing, and the browser has no network.
set -euo pipefail

page=$(realpath -- "${1:?which report.html}")
folder=$(realpath -- "${2:-.}")
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [[ -z $browser ]]; then
  echo "report: no chromium found, nothing checked"
  exit 0
fi
log=$(mktemp)
trap 'rm -f -- "$log"' EXIT

shot() {
  local name=$1 width=$2 height=$3
  "$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars --virtual-time-budget=5000 \
    --proxy-server=127.0.0.1:9 --enable-logging=stderr --v=0 --window-size="$width,$height" \
    --screenshot="$folder/report-$name.png" "file://$page" 2>"$log" || { cat -- "$log"; exit 1; }
  if grep CONSOLE "$log"; then
    echo "report: the script of the page complains"
    exit 1
  fi
  [[ -s $folder/report-$name.png ]]
  echo "report: $folder/report-$name.png"
}

shot wide 1240 5200
# Headless Chromium makes no window narrower than 500 pixels; a frame of 390 shows the page as a phone does.
frame=$(mktemp --suffix=.html)
trap 'rm -f -- "$log" "$frame"' EXIT
printf '<body style="margin:0"><iframe src="file://%s" style="border:0;width:390px;height:9000px"></iframe>' "$page" >"$frame"
page=$frame
shot phone 500 9000

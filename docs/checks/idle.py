#!/usr/bin/env python3
"""Says which share of a sweep's slots stood idle between its first task and its last.

Reads a Spark event log, which a run leaves with
  SECANT_MASTER='local[2]' SECANT_JAVA_OPTS='-Dspark.eventLog.enabled=true \
    -Dspark.eventLog.compress=false -Dspark.eventLog.dir=file:/tmp/events' ./secant run CONF
Usage: idle.py SLOTS EVENTS, EVENTS being the file or the folder that Spark has made.
"""
import json
import pathlib
import sys

slots, log = int(sys.argv[1]), pathlib.Path(sys.argv[2])
files = sorted(file for file in log.rglob("*") if file.is_file()) if log.is_dir() else [log]
trials, tasks = set(), []
for file in files:
    for line in file.read_text().splitlines():
        if not line.startswith("{"):
            continue
        event = json.loads(line)
        if event["Event"] == "SparkListenerJobStart":
            # The tasks of trials alone: they are in groups of their trial's name.
            if event.get("Properties", {}).get("spark.job.description", "").startswith("trial "):
                trials.update(event["Stage IDs"])
        elif event["Event"] == "SparkListenerTaskEnd" and event["Stage ID"] in trials:
            info = event["Task Info"]
            tasks.append((info["Launch Time"], info["Finish Time"]))
first, last = min(start for start, _ in tasks), max(end for _, end in tasks)
busy = sum(end - start for start, end in tasks)
print(f"{len(tasks)} tasks in {(last - first) / 1000:.1f} s on {slots} slots:"
      f" {100 * (1 - busy / slots / (last - first)):.1f} % idle")

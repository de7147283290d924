"""What a driver measures: CPU and wall seconds by step, and the peak of memory.

A driver is called with the prepared file and a folder:

    python splink_dedupe.py records.csv out/

It writes out/clusters.csv (record_id,cluster_id), out/pairs.csv
(record_a,record_b,weight,probability) and prints one JSON object to standard
output. Whatever a library prints goes to standard error.
"""

import json
import os
import resource
import sys
import time
from importlib import metadata


class Meter:
    """Times the steps of a run. Imports come before it and are told apart."""

    def __init__(self):
        # A library that prints must not disturb the JSON on standard output.
        self.stdout = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)
        self.start_up = time.process_time()
        self.cpu, self.wall = self.start_up, time.perf_counter()
        self.steps = []

    def step(self, name):
        """Ends a step: what was used since the last one belongs to it."""
        cpu, wall = time.process_time(), time.perf_counter()
        self.steps.append({"name": name, "cpu_seconds": cpu - self.cpu, "wall_seconds": wall - self.wall})
        self.cpu, self.wall = cpu, wall

    def pause(self):
        """What was used since the last step is nobody's: a choice that a person makes once."""
        self.cpu, self.wall = time.process_time(), time.perf_counter()

    def usage(self):
        """Ends the measured part: what follows is not counted."""
        self.total = {
            "cpu_seconds": sum(step["cpu_seconds"] for step in self.steps),
            "wall_seconds": sum(step["wall_seconds"] for step in self.steps),
            "start_up_cpu_seconds": self.start_up,
            "peak_bytes": peak(),
            "steps": self.steps,
        }

    def report(self, packages, **more):
        """Prints the JSON."""
        versions = {"python": sys.version.split()[0]}
        versions.update({name: metadata.version(name) for name in packages})
        json.dump({**self.total, "versions": versions, **more}, self.stdout)
        self.stdout.write("\n")
        self.stdout.flush()


def peak():
    """The most memory this process has held, in bytes."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024

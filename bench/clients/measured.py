"""Runs a command to its end, and writes its CPU time and peak memory, and those of its children, into BENCH_REPORT."""

import json
import os
import resource
import subprocess
import sys

code = subprocess.call(sys.argv[1:])
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(os.environ["BENCH_REPORT"], "w") as report:
    json.dump({"cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * 1024}, report)
sys.exit(code)

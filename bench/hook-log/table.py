"""Makes a Markdown table of what the turns measured: rates over all turns, and the medians of their percentiles.

A line for each turn: receiver, what an answer means, connections, answers, microseconds, p50, p99.
"""

import sys
from statistics import median

turns = {}
for line in sys.stdin:
    *row, answers, micros, p50, p99 = line.rstrip("\n").split("\t")
    turns.setdefault(tuple(row), []).append([int(number) for number in (answers, micros, p50, p99)])

print("| receiver | what an answer means | connections | requests/s | to the first | p50, ms | p99, ms |")
print("|---|---|---|---|---|---|---|")
first = {}
for (receiver, durability, connections), measured in turns.items():
    answers, micros, p50s, p99s = zip(*measured)
    rate = sum(answers) / sum(micros) * 1e6
    ratio = rate / first.setdefault(connections, rate)
    p50, p99 = median(p50s) / 1e3, median(p99s) / 1e3
    print(f"| {receiver} | {durability} | {connections} | {rate:.0f} | {ratio:.2f} | {p50:.2f} | {p99:.2f} |")

"""cases.json as lines that need no reader of JSON: cases_table.py CASES TABLE. Each case stands whole:

    case     NAME  STATE
    fact     NAME  value VALUE EVIDENCE | unknown REASON   (a list: its words, with commas)
    verdict  CHECK VERDICT REASON REMEDIATION
"""

import json
import sys


def spelled(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, list) else value


def lines(cases):
    good = cases["good"]
    for case in cases["cases"]:
        yield "case", case["name"], case["state"]
        for name, one in {**good["facts"], **case.get("facts", {})}.items():
            if one is None:
                continue
            if "unknown" in one:
                yield "fact", name, "unknown", one["unknown"]
            else:
                yield "fact", name, "value", spelled(one["value"]), one["evidence"]
        for check, verdict in {**good["verdicts"], **case.get("verdicts", {})}.items():
            yield "verdict", check, *verdict


with open(sys.argv[1]) as cases, open(sys.argv[2], "w") as table:
    for line in lines(json.load(cases)):
        table.write("\t".join(line) + "\n")

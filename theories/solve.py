#!/usr/bin/env python3
"""Enumerates answer sets with clingo, projected to the shown atoms.

Reads jobs from standard input, one JSON object a line: {"program": TEXT, "horizon": N, "most": N}. Writes one JSON object a
line for each: {"answer_sets": [[ATOM, ...], ...]}, or {"error": TEXT}, also if there are more than "most" of them.
"""

import json
import sys

import clingo


def solve(job):
    messages = []
    control = clingo.Control(
        ["--models=0", "--project=show", "--warn=none", f"--const=horizon={job['horizon']}"],
        logger=lambda code, message: messages.append(message),
    )
    try:
        control.add("base", [], job["program"])
        control.ground([("base", [])])
    except RuntimeError as error:
        return {"error": " ".join([str(error), *messages])}
    answer_sets = []
    with control.solve(yield_=True) as handle:
        for model in handle:
            if len(answer_sets) == job["most"]:
                return {"error": f"more than {job['most']} answer sets"}
            answer_sets.append([str(atom) for atom in model.symbols(shown=True)])
    return {"answer_sets": answer_sets}


for line in sys.stdin:
    print(json.dumps(solve(json.loads(line))), flush=True)

"""Runs `sonde detect` on the judge's public series and judges it: see detector.sh.

usage: detector.py SONDE JUDGE_DIR FOLDER    FOLDER/data has the series

To the judge's own figures comes the count of false episodes: runs of flagged rows outside of labelled events, also
where they lap over the end of one. Pooled over a suite they may be twice the budget's worth of days.
"""
import json
import pathlib
import resource
import subprocess
import sys

SUITES = {"smd": 60, "asd": 300, "nab": 300}  # seconds a row
BAR_VUS = {"smd": 0.467, "asd": 0.508, "nab": 0.315}  # the best of the judge's table, each by another method
BAR_NAB = 78
BAR_RECALL = 0.5  # of smd and asd
BUDGET = 1
BAR_US = 4  # a row of smd: 38 columns


def cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def report(missed, **figures):
    print(json.dumps(figures), flush=True)
    return missed + (not figures["met"])


def main(sonde, judge, folder):
    sys.path.insert(0, judge)
    try:
        import numpy as np
        import evaluate
        import metrics
    except ImportError as missing:
        print(f"bench detector: skipped, {missing}: install python3-numpy", file=sys.stderr)
        return 0
    data, scores = pathlib.Path(folder, "data"), pathlib.Path(folder, "scores")
    judged, missed = {}, 0
    for suite in SUITES:
        (scores / suite).mkdir(parents=True)
        rows, before = 0, cpu()
        for series in sorted((data / suite).iterdir()):
            out = scores / suite / f"{series.name}.csv"
            subprocess.run([sonde, "detect", "--quiet", "--train", series / "train.csv", "--input",
                            series / "test.csv", "--scores", out], check=True, stdout=subprocess.DEVNULL)
            labels = np.loadtxt(series / "label.csv", skiprows=1).astype(int)
            score, flag = evaluate.read_scores(out)
            judged[suite, series.name] = (labels, score, flag)
            rows += len(labels) + sum(1 for _ in open(series / "train.csv")) - 1
        us = 1e6 * (cpu() - before) / rows
        missed = judge_suite(metrics, suite, judged, us, missed)
    nab = [(labels, score) for (suite, _), (labels, score, _) in judged.items() if suite == "nab"]
    best = max(metrics.nab_score(nab)[0], metrics.nab_score([(y, evaluate.norm01(s)) for y, s in nab])[0])
    missed = report(missed, bench="detector", suite="nab", nab_score=round(best, 1), bar=BAR_NAB,
                    met=bool(best >= BAR_NAB))
    return 1 if missed else 0


def judge_suite(metrics, suite, judged, us, missed):
    vus, recall, false, days = [], [], 0, 0
    for (of, _), (labels, score, flag) in judged.items():
        if of != suite:
            continue
        vus.append(metrics.vus(labels, score)[0])
        starts, ends = metrics.segments(labels)
        recall.append(sum(flag[i:j].any() for i, j in zip(starts, ends)) / len(starts))
        false += len(metrics.segments((flag & (labels == 0)).astype(int))[0])
        days += len(labels) * SUITES[suite] / 86400
    mean = lambda values: sum(values) / len(values)
    met = mean(vus) > BAR_VUS[suite] and false <= 2 * BUDGET * days
    met = met and (suite == "nab" or mean(recall) >= BAR_RECALL) and (suite != "smd" or us <= BAR_US)
    return report(missed, bench="detector", suite=suite, vus_pr=round(mean(vus), 3), bar=BAR_VUS[suite],
                  events_flagged=round(mean(recall), 3), false_episodes=false, days=round(days, 1),
                  false_per_day=round(false / days, 2), us_per_row=round(us, 2), met=bool(met))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

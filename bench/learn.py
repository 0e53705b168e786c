"""Runs Sonde's learners and scikit-learn's on the same rows, one thread each: see learn.sh.

usage: learn.py PROGRAM DATA_DIR

The bars: forest fit and score at least 10 times as fast; k-means inertia at most 1.01 times the best of
scikit-learn's 10 starts; scores that agree with scikit-learn's as its own do between seeds, less 0.005.
"""
import csv
import io
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile
import time

try:
    import numpy as np
    from scipy.stats import spearmanr
    from sklearn.cluster import KMeans
    from sklearn.ensemble import IsolationForest
except ImportError as missing:
    print(f"bench learn: skipped, {missing}: install python3-sklearn", file=sys.stderr)
    sys.exit(0)

REPEATS = 3
SEEDS = 5


class Bench:
    def __init__(self, program, folder):
        self.program = program
        self.folder = pathlib.Path(folder)
        self.missed = 0

    def report(self, **figures):
        figures["met"] = bool(figures["met"])
        self.missed += not figures["met"]
        print(json.dumps(figures), flush=True)

    def sonde(self, learner, rows, *arguments):
        """Runs the program on rows. Returns what it printed."""
        path = self.folder / "rows"
        np.ascontiguousarray(rows, dtype=np.float64).tofile(path)
        command = [self.program, learner, path, rows.shape[1], *arguments]
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)

    def forest(self, rows, trees, seed):
        """CPU seconds and scores."""
        out = self.folder / "scores"
        figures = self.sonde("forest", rows, trees, seed, out)
        return figures["fit_s"] + figures["score_s"], np.fromfile(out)


def timed(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def sklearn_forest(rows, trees, seed):
    model = IsolationForest(n_estimators=trees, random_state=seed, n_jobs=1)
    return timed(lambda: -model.fit(rows).score_samples(rows))


def sklearn_kmeans(rows, k, seed):
    return timed(lambda: KMeans(k, n_init=10, random_state=seed).fit(rows).inertia_)


def forest_speed(bench, rows):
    for trees in (100, 300):
        ours, theirs = [], []
        for seed in range(REPEATS):
            ours.append(bench.forest(rows, trees, seed)[0])
            theirs.append(sklearn_forest(rows, trees, seed)[0])
        ratio = min(theirs) / min(ours)
        bench.report(bench="forest", rows=len(rows), columns=rows.shape[1], trees=trees, sonde_s=round(min(ours), 4),
                     sklearn_s=round(min(theirs), 4), ratio=round(ratio, 1), bar=10, met=ratio >= 10)


def kmeans_race(bench, name, rows, k, repeats):
    ours, theirs = [], []
    for seed in range(repeats):
        ours.append(bench.sonde("kmeans", rows, k, seed))
        theirs.append(sklearn_kmeans(rows, k, seed))
    ours_s, theirs_s = min(run["s"] for run in ours), min(seconds for seconds, _ in theirs)
    inertia = max(run["inertia"] for run in ours) / min(inertia for _, inertia in theirs)
    bench.report(bench="kmeans", data=name, rows=len(rows), columns=rows.shape[1], k=k, sonde_s=round(ours_s, 5),
                 sklearn_s=round(theirs_s, 4), ratio=round(theirs_s / ours_s, 1), inertia_ratio=round(inertia, 5),
                 bar=1.01, met=inertia <= 1.01)


def made_up(rng):
    """Rows with groups that are clear, that overlap, that differ in size, and with none."""
    def blobs(n, d, count, spread, weights=None):
        return rng.normal(0, spread, (count, d))[rng.choice(count, n, p=weights)] + rng.normal(size=(n, d))

    uneven = np.array([0.6, 0.3, 0.08, 0.015, 0.005])
    return {
        "overlapping": blobs(20000, 6, 8, 1.5),
        "uneven": blobs(50000, 4, 5, 6, uneven),
        "small": blobs(300, 12, 5, 3),
        "normal noise": rng.normal(size=(20000, 12)),
        "uniform noise": rng.uniform(size=(3000, 3)),
        "heavy tails": rng.standard_t(2, size=(20000, 5)),
    }


def read_train(series):
    """The rows of a train part without their time, or None."""
    plain, packed = series / "train.csv", series / "train.csv.zst"
    if plain.exists():
        text = plain.read_text()
    elif packed.exists():
        text = subprocess.run(["zstd", "-dcq", packed], stdout=subprocess.PIPE, check=True, text=True).stdout
    else:
        return None
    lines = list(csv.reader(io.StringIO(text)))
    return np.array(lines[1:], dtype=float)[:, 1:]


def train_parts(data):
    for suite in ("asd", "smd"):
        for series in sorted((data / suite).glob("*/")):
            rows = read_train(series)
            if rows is not None:
                yield f"{suite}/{series.name}", rows


def agreement(bench, name, rows):
    ours = [bench.forest(rows, 300, seed)[1] for seed in range(SEEDS)]
    theirs = [sklearn_forest(rows, 300, seed)[1] for seed in range(SEEDS)]
    between = min(spearmanr(a, b)[0] for a, b in itertools.combinations(theirs, 2))
    across = min(spearmanr(a, b)[0] for a, b in zip(ours, theirs))
    bench.report(bench="agreement", data=name, rows=len(rows), columns=rows.shape[1], trees=300,
                 sonde_sklearn=round(across, 4), sklearn_sklearn=round(between, 4), bar=round(between - 0.005, 4),
                 met=across >= between - 0.005)


def main():
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(sys.argv[1], folder)
        rng = np.random.default_rng(1)
        large = rng.normal(0, 4, (8, 12))[rng.integers(0, 8, 100000)] + rng.normal(size=(100000, 12))
        forest_speed(bench, large)
        for k in (3, 8):
            kmeans_race(bench, "blobs", large, k, REPEATS)
        for name, rows in made_up(rng).items():
            kmeans_race(bench, name, rows, 5, 1)
        parts = 0
        for name, rows in train_parts(pathlib.Path(sys.argv[2])):
            kmeans_race(bench, name, rows, 5, 1)
            agreement(bench, name, rows)
            parts += 1
        if not parts:
            print(f"bench learn: no asd or smd below {sys.argv[2]}: agreement skipped", file=sys.stderr)
        return 1 if bench.missed else 0


sys.exit(main())

"""Runs Sonde's learners and scikit-learn's on the same rows, one thread each: see learn.sh.

usage: learn.py PROGRAM DATA_DIR

The bars. Forest: scoring at least 20 times as fast, growing 10 times; scores that agree with scikit-learn's as its
own do between seeds, less 0.005; mean AUC over 10 seeds within two standard errors of its own. The extended forest,
which scikit-learn lacks: AUC above the plain one's where columns depend on each other. k-means: 5 times as fast,
inertia at most 1.01 times the best of scikit-learn's 10 starts. Random Forest regression: fit 20 times as fast on
1e4 x 64, R2 of rows held out within 0.01 in the mean over 10 seeds.
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
    from sklearn.ensemble import IsolationForest, RandomForestRegressor
    from sklearn.metrics import r2_score, roc_auc_score
except ImportError as missing:
    print(f"bench learn: skipped, {missing}: install python3-sklearn", file=sys.stderr)
    sys.exit(0)

REPEATS = 3
SEEDS = 5
MANY_SEEDS = 10


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

    def scores(self, learner, rows, size, seed):
        """CPU seconds of fitting and of scoring, and the scores."""
        out = self.folder / "scores"
        figures = self.sonde(learner, rows, size, seed, out)
        return figures["fit_s"], figures["score_s"], np.fromfile(out)


def timed(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def sklearn_forest(rows, trees, seed):
    model = IsolationForest(n_estimators=trees, random_state=seed, n_jobs=1)
    fit_s, _ = timed(lambda: model.fit(rows))
    score_s, scores = timed(lambda: -model.score_samples(rows))
    return fit_s, score_s, scores


def sklearn_trees(rows, fit, seed):
    model = RandomForestRegressor(50, max_depth=5, random_state=seed, n_jobs=1)
    fit_s, _ = timed(lambda: model.fit(rows[:fit, :-1], rows[:fit, -1]))
    return fit_s, model.predict(rows[:, :-1])


def sklearn_kmeans(rows, k, seed):
    return timed(lambda: KMeans(k, n_init=10, random_state=seed).fit(rows).inertia_)


def forest_speed(bench, rows):
    repeats = REPEATS if len(rows) < 500000 else 1
    ours, theirs = [], []
    for seed in range(repeats):
        ours.append(bench.scores("forest", rows, 100, seed)[:2])
        theirs.append(sklearn_forest(rows, 100, seed)[:2])
    for which, bar in (("fit", 10), ("score", 20)):
        ours_s, theirs_s = (min(run[which == "score"] for run in runs) for runs in (ours, theirs))
        bench.report(bench=f"forest {which}", rows=len(rows), columns=rows.shape[1], trees=100,
                     sonde_s=round(ours_s, 4), sklearn_s=round(theirs_s, 4), ratio=round(theirs_s / ours_s, 1), bar=bar,
                     met=theirs_s >= bar * ours_s)


def kmeans_race(bench, name, rows, k, repeats):
    ours, theirs = [], []
    for seed in range(repeats):
        ours.append(bench.sonde("kmeans", rows, k, seed))
        theirs.append(sklearn_kmeans(rows, k, seed))
    ours_s, theirs_s = min(run["s"] for run in ours), min(seconds for seconds, _ in theirs)
    inertia = max(run["inertia"] for run in ours) / min(inertia for _, inertia in theirs)
    bench.report(bench="kmeans", data=name, rows=len(rows), columns=rows.shape[1], k=k, sonde_s=round(ours_s, 5),
                 sklearn_s=round(theirs_s, 4), ratio=round(theirs_s / ours_s, 1), inertia_ratio=round(inertia, 5),
                 bar=1.01, speed_bar=5, met=inertia <= 1.01 and theirs_s >= 5 * ours_s)


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


def read_part(series, part):
    """The rows of a part, "train" or "test", without their time, or None."""
    plain, packed = series / f"{part}.csv", series / f"{part}.csv.zst"
    if plain.exists():
        text = plain.read_text()
    elif packed.exists():
        text = subprocess.run(["zstd", "-dcq", packed], stdout=subprocess.PIPE, check=True, text=True).stdout
    else:
        return None
    lines = list(csv.reader(io.StringIO(text)))
    return np.array(lines[1:], dtype=float)[:, 1:]


def parts(data, part):
    for suite in ("asd", "smd"):
        for series in sorted((data / suite).glob("*/")):
            rows = read_part(series, part)
            if rows is not None:
                yield series, f"{suite}/{series.name}", rows


def agreement(bench, name, rows):
    ours = [bench.scores("forest", rows, 300, seed)[2] for seed in range(SEEDS)]
    theirs = [sklearn_forest(rows, 300, seed)[2] for seed in range(SEEDS)]
    between = min(spearmanr(a, b)[0] for a, b in itertools.combinations(theirs, 2))
    across = min(spearmanr(a, b)[0] for a, b in zip(ours, theirs))
    bench.report(bench="agreement", data=name, rows=len(rows), columns=rows.shape[1], trees=300,
                 sonde_sklearn=round(across, 4), sklearn_sklearn=round(between, 4), bar=round(between - 0.005, 4),
                 met=across >= between - 0.005)


def auc(bench, data):
    """AUC of the labelled parts, fitted to themselves: the mean over series and seeds beside scikit-learn's."""
    ours, theirs, series_n = np.zeros(MANY_SEEDS), np.zeros(MANY_SEEDS), 0
    for series, _, rows in parts(data, "test"):
        label = np.loadtxt(series / "label.csv", skiprows=1).astype(int)
        for seed in range(MANY_SEEDS):
            ours[seed] += roc_auc_score(label, bench.scores("forest", rows, 100, seed)[2])
            theirs[seed] += roc_auc_score(label, sklearn_forest(rows, 100, seed)[2])
        series_n += 1
    if not series_n:
        return
    ours, theirs = ours / series_n, theirs / series_n
    error = np.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / MANY_SEEDS)
    gap = ours.mean() - theirs.mean()
    bench.report(bench="auc", series=series_n, seeds=MANY_SEEDS, sonde=round(ours.mean(), 4),
                 sklearn=round(theirs.mean(), 4), gap=round(gap, 4), bar=round(2 * error, 4), met=abs(gap) <= 2 * error)


def curve(seed):
    """Rows along a sine, as in the paper of the extended forest, and a few beside it."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 4 * np.pi, 2000)
    usual = np.column_stack([at, 3 * np.sin(at)]) + rng.normal(0, 0.2, (2000, 2))
    beside = np.column_stack([at[:40], 3 * np.sin(at[:40])]) + rng.choice([-1.5, 1.5], (40, 1)) * [0, 1]
    return np.vstack([usual, beside]), np.r_[np.zeros(2000, int), np.ones(40, int)]


def extended(bench):
    """Where columns depend on each other; and with one column, where both forests are the same."""
    made = [curve(seed) for seed in range(MANY_SEEDS)]
    mean = {}
    for learner in ("forest", "extended"):
        mean[learner] = np.mean([roc_auc_score(label, bench.scores(learner, rows, 100, seed)[2])
                                 for seed, (rows, label) in enumerate(made)])
    single = [[bench.scores(learner, made[0][0][:, 1:], 300, seed)[2] for seed in range(SEEDS)]
              for learner in ("forest", "extended")]
    between = min(spearmanr(a, b)[0] for a, b in itertools.combinations(single[0], 2))
    across = min(spearmanr(a, b)[0] for a, b in zip(*single))
    bench.report(bench="extended", seeds=MANY_SEEDS, auc_plain=round(mean["forest"], 4),
                 auc_extended=round(mean["extended"], 4), one_column=round(across, 4),
                 one_column_bar=round(between - 0.01, 4),
                 met=mean["extended"] > mean["forest"] and across >= between - 0.01)


def friedman(rng, n, d):
    """Friedman's first function (MARS, 1991), in d columns of which five matter, and its noise."""
    x = rng.uniform(size=(n, d))
    y = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    return np.column_stack([x, y + rng.normal(size=n)])


def lagged(rows):
    """The next value of the column with most different values, from two rows of all."""
    different = [len(np.unique(column)) for column in rows.T]
    return np.column_stack([rows[1:-1], rows[:-2], rows[2:, np.argmax(different)]])


def trees_parity(bench, name, rows, fit):
    """rows: of one seed each. The last column is the target, the rows behind the first `fit` are held out."""
    ours, theirs = [], []
    for seed in range(MANY_SEEDS):
        some = rows[seed]
        ours.append(r2_score(some[fit:, -1], bench.scores("trees", some, fit, seed)[2][fit:]))
        theirs.append(r2_score(some[fit:, -1], sklearn_trees(some, fit, seed)[1][fit:]))
    gap = np.mean(ours) - np.mean(theirs)
    bench.report(bench="trees R2", data=name, rows=fit, columns=rows[0].shape[1] - 1, seeds=MANY_SEEDS,
                 sonde=round(np.mean(ours), 4), sklearn=round(np.mean(theirs), 4), gap=round(gap, 4), bar=0.01,
                 met=abs(gap) <= 0.01)


def trees_speed(bench, rng, fit, d, bar, repeats):
    rows = friedman(rng, fit + 1000, d)
    ours_s = min(bench.scores("trees", rows, fit, seed)[0] for seed in range(REPEATS))
    theirs_s = min(sklearn_trees(rows, fit, seed)[0] for seed in range(repeats))
    bench.report(bench="trees fit", rows=fit, columns=d, trees=50, depth=5, sonde_s=round(ours_s, 4),
                 sklearn_s=round(theirs_s, 4), ratio=round(theirs_s / ours_s, 1), bar=bar, met=theirs_s >= bar * ours_s)


def trees(bench, rng, data):
    trees_speed(bench, rng, 10000, 64, 20, 1)
    trees_speed(bench, rng, 10000, 12, 0, REPEATS)
    trees_speed(bench, rng, 1000, 12, 0, REPEATS)
    trees_parity(bench, "friedman", [friedman(rng, 3000, 12) for _ in range(MANY_SEEDS)], 2000)
    for _, name, rows in parts(data, "train"):
        rows = lagged(rows[:3000])
        trees_parity(bench, name, [rows] * MANY_SEEDS, 2000)


def main():
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(sys.argv[1], folder)
        rng = np.random.default_rng(1)
        large = rng.normal(0, 4, (8, 12))[rng.integers(0, 8, 100000)] + rng.normal(size=(100000, 12))
        forest_speed(bench, large)
        forest_speed(bench, rng.normal(size=(1000000, 64)))
        for k in (3, 8):
            kmeans_race(bench, "blobs", large, k, REPEATS)
        for name, rows in made_up(rng).items():
            kmeans_race(bench, name, rows, 5, 1)
        data = pathlib.Path(sys.argv[2])
        extended(bench)
        trees(bench, rng, data)
        auc(bench, data)
        found = 0
        for _, name, rows in parts(data, "train"):
            kmeans_race(bench, name, rows, 5, 1)
            agreement(bench, name, rows)
            found += 1
        if not found:
            print(f"bench learn: no asd or smd below {sys.argv[2]}: agreement skipped", file=sys.stderr)
        return 1 if bench.missed else 0


sys.exit(main())

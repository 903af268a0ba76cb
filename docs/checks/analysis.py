#!/usr/bin/env python3
"""Recomputes the tables summary and effects of a sweep and compares every number.

    python3 docs/checks/analysis.py OUT

Needs duckdb, numpy and scipy. Reads trials and steps with DuckDB; uses nothing of Secant's code. A number agrees within
1e-9 of its size (1e-6 where it is a probability); what is a difference (a sum of squares, a mean difference and its t)
also within 1e-14 of what it is a difference of. Exit code 0 where every number agrees and no row is missing or too many.
"""
import itertools
import json
import math
import sys
from collections import defaultdict

import duckdb
import numpy as np
from scipy import stats

PERCENTS = [1, 5, 25, 50, 75, 95, 99]
NOT_FACTORS = set(
    "trial_id config_json parameters steps status error_category error_message final_train_loss final_validation_loss"
    " final_validation_score replay_drift measure_mode segments record_seconds replay_seconds"
    " data_wait_share device threads"
    " secant_version djl_version pytorch_version spark_version java_version".split())
SEEDS = ["seed", "seed_order", "seed_noise"]
OF_TRIAL = ("parameters steps status final_train_loss final_validation_loss final_validation_score replay_drift"
            " record_seconds replay_seconds").split()
PROBABILITIES = {"p", "p_holm", "rank_p", "rank_p_holm", "normality_p"}


class Comparison:
    def __init__(self):
        self.numbers = 0
        self.faults = []
        self.worst = defaultdict(float)

    def same(self, table, row, column, found, expected, scale=0.0):
        self.numbers += 1
        if found is None or expected is None or isinstance(expected, (str, bool)):
            agrees, off = found == expected, 0.0
        else:
            found, expected = float(found), float(expected)
            size = max(abs(found), abs(expected))
            gap = abs(found - expected)
            off = 0.0 if gap == 0 else gap / max(size, 1e-300)
            if gap <= 1e-14 * scale:
                off = 0.0
            agrees = off <= (1e-6 if column in PROBABILITIES else 1e-9)
        self.worst[(table, column in PROBABILITIES)] = max(self.worst[(table, column in PROBABILITIES)], off)
        if not agrees:
            self.faults.append(f"{table} {row} {column}: found {found!r}, expected {expected!r}")


def rows(connection, query):
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]


def finite(value):
    return None if value is None or not math.isfinite(value) else float(value)


# summary ------------------------------------------------------------------------------------------------------------

def summary_of(trial, reference, steps):
    """One row; steps are dictionaries in the order of their step."""
    row = {name: value for name, value in trial.items() if name not in NOT_FACTORS}
    row.update({name: trial[name] for name in OF_TRIAL}, trial_id=trial["trial_id"], reference=reference,
               measured_steps=len(steps))

    def values(name, of):
        return np.array([step[name] for step in of if step[name] is not None])

    parts = {"": lambda t: True, "_early": lambda t: 3 * t < trial["steps"],
             "_middle": lambda t: trial["steps"] <= 3 * t < 2 * trial["steps"],
             "_late": lambda t: 3 * t >= 2 * trial["steps"]}
    for name in ["rsi", "eb", "gamma"]:
        for part, inside in parts.items():
            own = values(name, [step for step in steps if inside(step["step"])])
            for percent in PERCENTS:
                row[f"{name}{part}_p{percent:02d}"] = np.percentile(own, percent) if len(own) else None
        low, middle, high = (row[f"{name}_p{percent}"] for percent in (25, 50, 75))
        row[name + "_iqr_over_median"] = (high - low) / middle if middle else None
    for name in ["gamma", "gamma_excess"]:
        own = values(name, steps)
        row[name + "_positive"] = np.mean(own > 0) if len(own) else None
    own = values("gamma_excess", steps)
    row["gamma_excess_p50"] = np.median(own) if len(own) else None
    for name in ["rsi", "eb"]:
        t, y = np.array([(s["step"], math.log(s[name])) for s in steps if s[name] is not None and s[name] > 0],
                        dtype=float).reshape(-1, 2).T
        row[f"log_{name}_left_out"] = len(steps) - len(t) if steps else None
        row[f"log_{name}_slope"] = row[f"log_{name}_slope_error"] = None
        if len(t) > 1:
            fit = stats.linregress(t, y)
            row[f"log_{name}_slope"] = fit.slope
            if len(t) > 2:
                residual = (y - y.mean()) - fit.slope * (t - t.mean())
                row[f"log_{name}_slope_error"] = math.sqrt(residual @ residual / (len(t) - 2)
                                                           / np.sum((t - t.mean()) ** 2))
    rsi, eb = values("rsi", steps), values("eb", steps)
    row["mu"] = rsi.min() if len(rsi) else None
    row["l"] = eb.max() if len(eb) else None
    row["mu_p01"], row["l_p99"] = row["rsi_p01"], row["eb_p99"]
    for name, mu, l in [("guaranteed_rate", "mu", "l"), ("guaranteed_rate_p", "mu_p01", "l_p99")]:
        row[name] = 1 - (row[mu] / row[l]) ** 2 if row[mu] is not None and row[mu] > 0 else None
    walked = [(step["step"], step["distance"]) for step in steps if step["distance"] is not None and step["distance"] > 0]
    row["observed_rate"] = None
    if len(walked) > 1:
        (a, first), (b, last) = walked[0], walked[-1]
        row["observed_rate"] = (last / first) ** (2 / (b - a))
    pairs = np.array([(s["prescribed_lr"], s["learning_rate"]) for s in steps
                      if s["prescribed_lr"] is not None and s["learning_rate"] is not None]).reshape(-1, 2)
    varies = len(pairs) > 1 and np.ptp(pairs[:, 0]) > 0 and np.ptp(pairs[:, 1]) > 0
    row["prescribed_lr_correlation"] = np.corrcoef(pairs.T)[0, 1] if varies else None
    pairs = pairs[pairs[:, 1] != 0]
    row["prescribed_lr_ratio"] = np.median(pairs[:, 0] / pairs[:, 1]) if len(pairs) else None
    row["ms_per_step"] = None
    if trial["steps"] and trial["record_seconds"] is not None and trial["replay_seconds"] is not None:
        row["ms_per_step"] = 1000 * (trial["record_seconds"] + trial["replay_seconds"]) / trial["steps"]
    return row


def summaries(connection, out):
    trials = rows(connection, f"SELECT * FROM read_parquet('{out}/trials/*/*.parquet', hive_partitioning=1,"
                              " hive_types_autocast=0) ORDER BY trial_id")
    columns = ["rsi", "eb", "gamma", "gamma_excess", "distance", "prescribed_lr", "learning_rate"]
    for trial in trials:
        by_reference = defaultdict(list)
        path = f"{out}/steps/trial_id={trial['trial_id']}/*.parquet"
        if connection.execute("SELECT count(*) FROM glob(?)", [path]).fetchone()[0]:
            for step in rows(connection, f"SELECT reference, step, {', '.join(columns)} FROM read_parquet('{path}')"
                                         " ORDER BY reference, step"):
                by_reference[step["reference"]].append(step)
        for reference in by_reference or ["final"]:
            yield summary_of(trial, reference, by_reference.get(reference, []))


# effects ------------------------------------------------------------------------------------------------------------

def settings(text):
    parsed = json.loads(text)
    parsed.pop("lr", None)
    return json.dumps(parsed, sort_keys=True)


def label(text):
    """A level as effects writes it, in a form that does not depend on how numbers are written."""
    if isinstance(text, str) and " {" in text:
        kind, config = text.split(" ", 1)
        return kind + " " + settings(config)
    if text is None or isinstance(text, bool):
        return "none" if text is None else str(text).lower()
    try:
        return float(text)
    except ValueError:
        return text


def factors_of(trials):
    """Name -> level of each trial, for what varies; names in the order of the columns."""
    names = [name for name in trials[0] if name in trials[0]["_factors"]]
    factors = {}
    for name in names:
        if name in SEEDS or (name.endswith("_config") and name[:-7] in names):
            continue
        levels = [label(trial[name]) for trial in trials]
        if name + "_config" in names:
            configs = [settings(trial[name + "_config"]) for trial in trials]
            several = {level for level in levels
                       if len({c for c, l in zip(configs, levels) if l == level}) > 1}
            levels = [f"{l} {c}" if l in several else l for l, c in zip(levels, configs)]
        if len(set(levels)) > 1:
            factors[name] = levels
    return factors


def column_space(matrix):
    left, singular, _ = np.linalg.svd(matrix, full_matrices=False)
    return left[:, singular > 1e-8 * singular[0]] if singular[0] > 0 else left[:, :0]


def indicators(levels):
    return np.array([[a == b for b in dict.fromkeys(levels)] for a in levels], dtype=float)


def anova(factors, values):
    """Type II by singular value decompositions: the projection on what a term adds to the others."""
    n = len(values)
    mains = [(name,) for name in factors]
    terms = mains + list(itertools.combinations(factors, 2))

    def columns(term):
        return indicators(list(zip(*(factors[name] for name in term))))

    def space(chosen):
        return column_space(np.hstack([np.ones((n, 1))] + [columns(term) for term in chosen]))

    model = space(terms)
    if model.shape[1] >= n:
        terms, model = mains, space(mains)
    y = values - values.mean()
    residuals = y - model @ (model.T @ y)
    residuals -= model @ (model.T @ residuals)
    squares = values @ values
    error, total = residuals @ residuals, y @ y
    exact, equal = error <= 1e-26 * squares, total <= 1e-26 * squares
    df_error = n - model.shape[1]
    tests = {}
    for term in terms:
        without = space([other for other in terms if not set(term) <= set(other)])
        added = columns(term)
        added -= without @ (without.T @ added)
        added -= without @ (without.T @ added)
        left, singular, _ = np.linalg.svd(added, full_matrices=False)
        own = left[:, singular > 1e-8 * math.sqrt(n)]
        df, ss = own.shape[1], float(np.sum((own.T @ y) ** 2))
        row = dict(df=df, df_error=df_error, sum_of_squares=ss if df else None)
        tested = df and not exact
        row["statistic"] = ss / df / (error / df_error) if tested else None
        row["p"] = stats.f.sf(row["statistic"], df, df_error) if tested else None
        row["eta_squared"] = ss / total if df and not equal else None
        row["partial_eta_squared"] = ss / (ss + error) if tested else None
        tests[term] = row
    return tests, None if exact else residuals, equal, total


def interval(values):
    if len(values) < 2:
        return None, None
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values))
    return np.mean(values) - half, np.mean(values) + half


def normality(values):
    """Royston (1995), AS R94; SciPy's version agrees to about 1e-7 (its normal quantiles are shorter)."""
    n = len(values)
    if n < 3:
        return None
    x = np.sort(values)
    m = stats.norm.ppf((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    a = m / math.sqrt(m @ m)
    u = 1 / math.sqrt(n)
    if n == 3:
        a = np.array([-math.sqrt(0.5), 0, math.sqrt(0.5)])
    else:
        ends = [a[-1] + np.polyval([-2.706056, 4.434685, -2.071190, -0.147981, 0.221157, 0], u)]
        if n > 5:
            ends.append(a[-2] + np.polyval([-3.582633, 5.682633, -1.752461, -0.293762, 0.042981, 0], u))
        k = len(ends)
        inner = m[k:-k] * math.sqrt((1 - 2 * np.dot(ends, ends)) / np.sum(m[k:-k] ** 2))
        a = np.concatenate([-np.array(ends), inner, ends[::-1]])
    w = min(1.0, (a @ (x - x.mean())) ** 2 / np.sum((x - x.mean()) ** 2))
    if n == 3:
        p = max(0.0, 6 / math.pi * (math.asin(math.sqrt(w)) - math.asin(math.sqrt(0.75))))
    elif n <= 11:
        g = 0.459 * n - 2.273
        if math.log(1 - w) >= g:
            return 0.0
        mean = np.polyval([-6.714e-4, 0.025054, -0.39978, 0.5440], n)
        deviation = math.exp(np.polyval([-0.0020322, 0.062767, -0.77857, 1.3822], n))
        p = stats.norm.sf((-math.log(g - math.log(1 - w)) - mean) / deviation)
    else:
        mean = np.polyval([0.0038915, -0.083751, -0.31082, -1.5861], math.log(n))
        deviation = math.exp(np.polyval([0.0030302, -0.082676, -0.4803], math.log(n)))
        p = stats.norm.sf((math.log(1 - w) - mean) / deviation)
    # As a check of the lines above.
    assert n > 5000 or abs(p - stats.shapiro(values).pvalue) < 1e-4, (p, stats.shapiro(values))
    return p


def wilcoxon(differences):
    d = differences[differences != 0]
    ranks = stats.rankdata(abs(d))
    w = min(ranks[d > 0].sum(), ranks[d < 0].sum())
    if len(d) > 50:
        z = (w - ranks.sum() / 2) / math.sqrt(np.sum(ranks ** 2) / 4)
        return w, min(1.0, 2 * stats.norm.cdf(z))
    ways = np.array([1.0])
    for rank in np.rint(2 * ranks).astype(int):
        ways = np.convolve(ways, np.concatenate([[1.0], np.zeros(rank - 1), [1.0]]))
    return w, min(1.0, 2 * ways[:round(2 * w) + 1].sum() / 2.0 ** len(d))


def effects_of(trials, metrics):
    """(metric, kind, factor, level, other_factor, other_level) -> row, for the trials of one reference."""
    factors = factors_of(trials)
    seeds = [tuple(trial[name] for name in SEEDS) for trial in trials]
    found = {}
    for metric in metrics:
        used = [i for i, trial in enumerate(trials) if trial["status"] == "complete" and trial[metric] is not None]
        if not used:
            continue
        values = np.array([float(trials[i][metric]) for i in used])
        here = {name: [levels[i] for i in used] for name, levels in factors.items()}
        replicate = [seeds[i] for i in used]
        apart, aliases = {}, {}
        for name, levels in here.items():
            if len(set(levels)) > 1:
                twin = next((other for other in apart
                             if len(set(zip(levels, apart[other]))) == len(set(levels)) == len(set(apart[other]))), None)
                if twin:
                    aliases[name] = twin
                else:
                    apart[name] = levels

        def mean(inside, planned):
            own = [i for i in range(len(used)) if inside(used[i])]
            row = dict(n=len(own), dropped=planned - len(own), estimate=None, ci_low=None, ci_high=None,
                       seeds=len({replicate[i] for i in own}), seed_ci_low=None, seed_ci_high=None)
            if own:
                row["estimate"] = values[own].mean()
                row["ci_low"], row["ci_high"] = interval(values[own])
                by_seed = defaultdict(list)
                for i in own:
                    by_seed[replicate[i]].append(i)
                cells = {tuple(sorted(str([apart[name][i] for name in apart]) for i in group))
                         for group in by_seed.values()}
                if len(cells) == 1:
                    row["seed_ci_low"], row["seed_ci_high"] = interval(
                        [values[group].mean() for group in by_seed.values()])
            return row

        for name, levels in factors.items():
            for level in set(levels):
                found[metric, "level", name, level, None, None] = mean(
                    lambda i: levels[i] == level, levels.count(level))
        for one, two in itertools.combinations(apart, 2):
            both = list(zip(factors[one], factors[two]))
            for cell in set(both):
                found[metric, "level", one, cell[0], two, cell[1]] = mean(
                    lambda i: both[i] == cell, both.count(cell))

        tests, residuals, equal, total = anova(apart, values)
        p_normal = None if residuals is None else normality(residuals)
        judged = dict(n=len(used), dropped=len(trials) - len(used), normality_p=p_normal,
                      prefer=None if p_normal is None else "rank" if p_normal < 0.05 else "anova")
        for term, test in tests.items():
            found[metric, "interaction" if len(term) > 1 else "main", term[0], None,
                  term[1] if len(term) > 1 else None, None] = {**test, **judged, "_scale": total}
        for alias in aliases:
            found[metric, "main", alias, None, None, None] = dict(n=len(used), dropped=len(trials) - len(used))
        for name, levels in apart.items():
            row = dict(judged, statistic=None, df=None, p=None, eta_squared=None)
            if not equal:
                groups = [values[[l == level for l in levels]] for level in dict.fromkeys(levels)]
                test = stats.kruskal(*groups)
                row.update(statistic=test.statistic, df=len(groups) - 1, p=test.pvalue,
                           eta_squared=test.statistic / (len(values) - 1))
            found[metric, "rank", name, None, None, None] = row

        for name in apart:
            together = [alias for alias, twin in aliases.items() if twin == name] + [name]
            fixed = [list(map(str, here[other])) for other in here if other not in together] + [replicate]
            keys = list(zip(*fixed))
            for a, b in itertools.permutations(dict.fromkeys(factors[name]), 2):
                first = {keys[i]: values[i] for i in range(len(used)) if here[name][i] == a}
                second = {keys[i]: values[i] for i in range(len(used)) if here[name][i] == b}
                shared = [key for key in first if key in second]
                d = np.array([second[key] - first[key] for key in shared])
                row = dict(n=len(d), dropped=factors[name].count(a) + factors[name].count(b) - 2 * len(d),
                           estimate=d.mean() if len(d) else None)
                blank = "ci_low ci_high df statistic p rank_statistic rank_p normality_p prefer".split()
                row.update(dict.fromkeys(blank))
                size = sum(second[key] ** 2 + first[key] ** 2 for key in shared)
                row["_scale"] = math.sqrt(size)
                if len(d) > 1 and np.sum((d - d.mean()) ** 2) > 1e-26 * size:
                    row["ci_low"], row["ci_high"] = interval(d)
                    test = stats.ttest_1samp(d, 0)
                    row.update(df=len(d) - 1, statistic=test.statistic, p=test.pvalue)
                    row["_scale_statistic"] = math.sqrt(size * len(d) / np.var(d, ddof=1))
                    row["rank_statistic"], row["rank_p"] = wilcoxon(d)
                    row["normality_p"] = normality(d)
                    if row["normality_p"] is not None:
                        row["prefer"] = "wilcoxon" if row["normality_p"] < 0.05 else "t"
                found[metric, "contrast", name, a, None, b] = row
    # A contrast is written one way only; which of the two is known from the table.
    return found


def holm(family):
    """Writes p_holm for rows with p."""
    for column in ["p", "rank_p"]:
        tested = sorted((row for row in family if row.get(column) is not None), key=lambda row: row[column])
        largest = 0.0
        for i, row in enumerate(tested):
            largest = max(largest, min(1.0, (len(tested) - i) * row[column]))
            row[column + "_holm"] = largest


def main(out):
    connection = duckdb.connect()
    comparison = Comparison()
    expected = list(summaries(connection, out))
    found = rows(connection, f"SELECT * FROM '{out}/summary/*.parquet' ORDER BY trial_id, reference")
    by_key = {(row["trial_id"], row["reference"]): row for row in expected}
    if len(by_key) != len(found):
        comparison.faults.append(f"summary has {len(found)} rows, expected {len(by_key)}")
    for row in found:
        twin = by_key[row["trial_id"], row["reference"]]
        # Columns that the trials of an older version lack are null, and compared as such.
        if set(twin) - set(row):
            comparison.faults.append(f"summary has no columns {set(twin) - set(row)}")
        for column in row:
            comparison.same("summary", row["trial_id"], column, row[column], twin.get(column))

    written = rows(connection, f"SELECT * FROM '{out}/effects/*.parquet'")
    metrics = list(dict.fromkeys(row["metric"] for row in written))
    trial_columns = [c[0] for c in connection.execute(
        f"SELECT * FROM read_parquet('{out}/trials/*/*.parquet') LIMIT 0").description] if found else []
    factors = {name for name in trial_columns if name not in NOT_FACTORS}
    for row in expected:
        row["_factors"] = factors
    kinds = defaultdict(int)
    for reference in sorted({row["reference"] for row in expected}):
        effects = effects_of([row for row in expected if row["reference"] == reference], metrics)
        own = {}
        for row in written:
            if row["reference"] == reference:
                key = (row["metric"], row["kind"], row["factor"], label(row["level"]) if row["level"] else None,
                       row["other_factor"], label(row["other_level"]) if row["other_level"] else None)
                own[key] = row
        contrasts = [key for key in effects if key[1] == "contrast"]
        for key in contrasts:
            if key not in own:
                assert (*key[:3], key[5], None, key[3]) in own, f"no contrast {key}"
                del effects[key]
        if set(own) != set(effects):
            comparison.faults.append(f"effects: rows on one side only {list(set(own) ^ set(effects))[:5]}")
        for kind in {key[1] for key in effects}:
            holm([row for key, row in effects.items() if key[1] == kind])
        for key in set(own) & set(effects):
            kinds[key[1]] += 1
            for column, value in own[key].items():
                if column in ("reference", "metric", "kind", "factor", "level", "other_factor", "other_level", "note"):
                    continue
                twin = effects[key].get(column)
                scale = effects[key].get("_scale" if column in ("sum_of_squares", "estimate") else "_scale_" + column, 0)
                comparison.same("effects", key, column, value, twin if isinstance(twin, str) else
                                None if twin is None else finite(twin), scale)
    print(f"summary: {len(found)} rows; effects: {len(written)} rows", dict(kinds))
    print(f"{comparison.numbers} numbers compared")
    for (table, probability), off in sorted(comparison.worst.items()):
        print(f"largest relative difference in {table}{', probabilities' if probability else ''}: {off:.1e}")
    for fault in comparison.faults[:20]:
        print("DIFFERS", fault)
    print("all agree" if not comparison.faults else f"{len(comparison.faults)} differ")
    return 1 if comparison.faults else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1].rstrip("/")))

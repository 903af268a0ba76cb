#!/usr/bin/env python3
"""Makes a large sweep out of a small one, to see how the analysis scales.

    python3 docs/checks/inflate.py OUT BIG [TRIALS [STEPS]]

Needs duckdb. The tables of BIG have the columns of those of OUT, all trials and steps made from one of its trials: by
default 2,000 trials (a grid of 4 architectures, 2 datasets, 5 batch sizes, 2 optimizers, 5 learning rates and as many
seeds as it takes) of 1,000 steps, with random numbers in the measured columns.
"""
import itertools
import os
import sys

import duckdb

if len(sys.argv) < 3:
    sys.exit(__doc__)
source, target = sys.argv[1:3]
trials, steps = (int(text) for text in (sys.argv[3:] + ["2000", "1000"][len(sys.argv) - 3:]))
cells = itertools.product(range(1000), ["mlp", "resnet-cifar", "unet", "vit"], ["shapes", "scenes"],
                          [16, 32, 64, 128, 256], ["sgd", "adam"], [0.001, 0.002, 0.005, 0.01, 0.02])
connection = duckdb.connect()
connection.execute("SELECT setseed(0.5)")
trial = connection.execute(f"SELECT trial_id FROM read_parquet('{source}/trials/*/*.parquet', hive_partitioning=1,"
                           " hive_types_autocast=0) WHERE status = 'complete' LIMIT 1").fetchone()[0]
for table in ["trials", "steps"]:
    connection.execute(f"CREATE TABLE {table} AS SELECT * FROM "
                       f"read_parquet('{source}/{table}/trial_id={trial}/*.parquet', hive_partitioning=0) LIMIT 1")
measures = [row[0] for row in connection.execute("DESCRIBE steps").fetchall() if row[1] == "DOUBLE"]
random = ", ".join(f"random() - 0.2 AS {name}" if name in ("rsi", "gamma", "gamma_excess", "prescribed_lr")
                   else f"random() + 0.01 AS {name}" for name in measures)
for number, (seed, architecture, dataset, batch, optimizer, rate) in enumerate(itertools.islice(cells, trials)):
    name = f"trial_id={number:012x}"
    for table in ["trials", "steps"]:
        os.makedirs(f"{target}/{table}/{name}", exist_ok=True)
    connection.execute(f"""
        COPY (SELECT * REPLACE ('{architecture}' AS architecture, '{dataset}' AS dataset, {batch}::INTEGER AS batch_size,
                '{optimizer}' AS optimizer, {rate}::DOUBLE AS learning_rate, {seed}::BIGINT AS seed,
                {seed}::BIGINT AS seed_order, {seed}::BIGINT AS seed_noise, {steps}::BIGINT AS steps,
                random() + {batch} / 100 AS final_train_loss) FROM trials)
        TO '{target}/trials/{name}/part-0.parquet' (FORMAT parquet)""")
    connection.execute(f"""
        COPY (SELECT s.* REPLACE (t.step AS step, {random}) FROM steps s, (SELECT unnest(range({steps})) AS step) t)
        TO '{target}/steps/{name}/part-0.parquet' (FORMAT parquet)""")

package dev.secant.analysis;

import dev.secant.job.Output;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** One line a trial: what was run, how well it did, and the geometry of its path. */
public final class Summary {
  private static final String QUERY =
      """
      SELECT t.trial_id, t.architecture, t.dataset, t.batch_size AS batch, t.optimizer,
             t.learning_rate AS lr, t.seed, t.status,
             coalesce(t.final_validation_loss, t.final_train_loss) AS loss,
             t.final_validation_score AS score,
             s.positive AS `gamma>0`, s.gamma, s.rsi, s.eb
      FROM trials t LEFT JOIN (
        SELECT trial_id,
               count_if(gamma > 0) / count(gamma) AS positive,
               percentile(gamma, 0.5) AS gamma,
               percentile(rsi, 0.5) AS rsi,
               percentile(eb, 0.5) AS eb
        FROM steps WHERE reference = 'final' GROUP BY trial_id
      ) s ON t.trial_id = s.trial_id
      ORDER BY t.dataset, t.architecture, t.batch_size, t.optimizer, t.learning_rate, t.seed, t.trial_id
      """;

  private Summary() {}

  /** The summary of all committed trials; gamma, rsi and eb are medians over the steps. */
  public static Dataset<Row> of(SparkSession spark, Output output) {
    output.createViews(spark);
    return spark.sql(QUERY);
  }
}

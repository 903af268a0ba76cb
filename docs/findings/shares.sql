/* How often gradients point towards w*, for each kind of trial and reference point. */
SELECT t.architecture, t.batch_size AS batch, t.optimizer, t.learning_rate AS lr, t.epochs,
       t.random_labels AS random, t.gradient_noise AS noise, s.reference,
       count(DISTINCT t.trial_id) AS trials,
       count_if(s.gamma > 0) / count(s.gamma) AS `gamma>0`,
       count_if(s.gamma_excess > 0) / count(s.gamma_excess) AS `excess>0`,
       percentile(s.gamma, 0.5) AS gamma,
       percentile(s.gamma_null, 0.5) AS gamma_null,
       min(s.gamma) AS least_gamma
FROM steps s JOIN trials t ON s.trial_id = t.trial_id
GROUP BY ALL
ORDER BY ALL

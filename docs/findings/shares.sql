/* How often gradients point towards w*, for each kind of trial and reference point. */
SELECT t.architecture, t.batch_size AS batch, t.optimizer, t.learning_rate AS lr, t.epochs,
       t.random_labels AS random, t.gradient_noise AS noise, s.reference,
       count(DISTINCT t.trial_id) AS trials,
       avg(CASE WHEN s.gamma > 0 THEN 1e0 WHEN s.gamma <= 0 THEN 0e0 END) AS `gamma>0`,
       avg(CASE WHEN s.gamma_excess > 0 THEN 1e0 WHEN s.gamma_excess <= 0 THEN 0e0 END)
         AS `excess>0`,
       percentile(s.gamma, 0.5) AS gamma,
       percentile(s.gamma_null, 0.5) AS gamma_null,
       min(s.gamma) AS least_gamma
FROM steps s JOIN trials t ON s.trial_id = t.trial_id
GROUP BY ALL
ORDER BY ALL

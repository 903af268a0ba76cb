/* Minibatches of the path against fixed ones that the step does not learn from, at the same steps. */
SELECT t.architecture, t.batch_size AS batch, t.optimizer, t.learning_rate AS lr, t.epochs,
       t.random_labels AS random, t.gradient_noise AS noise, s.reference,
       avg(s.gamma) AS gamma_of_the_step,
       avg(p.gamma) AS gamma_of_probes,
       avg(p.positive) AS `probes>0`
FROM steps s
JOIN (SELECT trial_id, reference, step, avg(gamma) AS gamma,
             avg(CASE WHEN gamma > 0 THEN 1e0 WHEN gamma <= 0 THEN 0e0 END) AS positive
      FROM probes GROUP BY ALL) p
  ON s.trial_id = p.trial_id AND s.reference = p.reference AND s.step = p.step
JOIN trials t ON s.trial_id = t.trial_id
GROUP BY ALL
ORDER BY ALL

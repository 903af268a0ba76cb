/* RSI, EB and the prescribed step in the early, middle and late third of the path, towards w*. */
SELECT t.architecture, t.batch_size AS batch, t.optimizer, t.learning_rate AS lr, t.epochs,
       t.random_labels AS random, t.gradient_noise AS noise,
       least(3, 1 + floor(3 * s.step / t.steps)) AS third,
       percentile(s.rsi, 0.5) AS rsi,
       percentile(s.eb, 0.5) AS eb,
       percentile(s.gamma, 0.5) AS gamma,
       percentile(s.gamma_null, 0.5) AS gamma_null,
       percentile(s.prescribed_lr / s.learning_rate, 0.5) AS `prescribed/lr`,
       percentile(s.loss, 0.5) AS loss
FROM steps s JOIN trials t ON s.trial_id = t.trial_id
WHERE s.reference = 'final'
GROUP BY ALL
ORDER BY ALL

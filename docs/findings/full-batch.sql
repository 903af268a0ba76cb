/* The full-batch gradient at the ends of epochs. */
SELECT t.architecture, t.batch_size AS batch, t.optimizer, t.learning_rate AS lr, t.epochs,
       t.random_labels AS random, t.gradient_noise AS noise, e.reference, e.epoch,
       avg(e.train_loss) AS train_loss, avg(e.validation_score) AS score,
       avg(e.full_batch_gamma) AS full_batch_gamma,
       avg(e.full_batch_rsi) AS full_batch_rsi,
       avg(e.full_batch_eb) AS full_batch_eb
FROM epochs e JOIN trials t ON e.trial_id = t.trial_id
WHERE e.full_batch_gamma IS NOT NULL AND e.reference = 'final'
GROUP BY ALL
ORDER BY ALL

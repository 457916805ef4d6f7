CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = 't.json', 'format' = 'json', 'tidemark.bad-records' = 'dead-letter');
SET 'tidemark.dead-letter-table' = 'letters';
SELECT id FROM t;

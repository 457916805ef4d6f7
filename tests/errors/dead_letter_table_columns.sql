CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = 't.json', 'format' = 'json', 'tidemark.bad-records' = 'dead-letter');
CREATE TABLE letters (table_name STRING, why STRING) WITH ('connector' = 'print');
SET 'tidemark.dead-letter-table' = 'letters';
SELECT id FROM t;

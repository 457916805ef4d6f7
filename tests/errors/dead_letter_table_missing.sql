CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = 't.json', 'format' = 'json', 'tidemark.bad-records' = 'dead-letter');
CREATE TABLE p (id INT) WITH ('connector' = 'print');
INSERT INTO p
SELECT id FROM t;

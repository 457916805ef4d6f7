CREATE TABLE t (id INT, d STRING) PARTITIONED BY (dt) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');

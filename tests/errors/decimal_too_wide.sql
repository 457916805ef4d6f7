CREATE TABLE t (d DECIMAL(50, 2)) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');

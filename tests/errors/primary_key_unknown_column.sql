CREATE TABLE t (id INT, PRIMARY KEY (uid) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');

CREATE TABLE t (id INT) WITH ('path' = 'x', 'format' = 'json');
SELECT * FROM t;

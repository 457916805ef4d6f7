CREATE TABLE clicks (k INT, v INT) WITH ('connector' = 'datagen');
SELECT /*+ STATE_TTL('clisk' = '1 d') */ k, COUNT(*) FROM clicks GROUP BY k;

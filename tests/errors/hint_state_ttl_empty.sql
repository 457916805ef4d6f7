CREATE TABLE clicks (k INT, v INT) WITH ('connector' = 'datagen');
SELECT /*+ STATE_TTL() */ k, COUNT(*) FROM clicks GROUP BY k;

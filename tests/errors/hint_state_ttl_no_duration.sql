CREATE TABLE clicks (k INT, v INT) WITH ('connector' = 'datagen');
SELECT /*+ STATE_TTL('clicks' = 'a day') */ k, COUNT(*) FROM clicks GROUP BY k;

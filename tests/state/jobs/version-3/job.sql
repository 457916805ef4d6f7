-- Every kind of state in one job. The checkpoint beside this file was taken in the middle of it (tests/e2e/old_checkpoints.py).
SET 'parallelism.default' = '2';
SET 'execution.checkpointing.interval' = '1 s';
CREATE TABLE a (v BIGINT, k AS MOD(v * 7, 13), ts AS TO_TIMESTAMP_LTZ(v * 100, 3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'datagen', 'rows-per-second' = '100', 'number-of-rows' = '400',
        'fields.v.kind' = 'sequence', 'fields.v.start' = '1', 'fields.v.end' = '400');
CREATE TABLE b (v BIGINT, k AS MOD(v * 5, 13), ts AS TO_TIMESTAMP_LTZ(v * 100, 3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'datagen', 'rows-per-second' = '100', 'number-of-rows' = '400',
        'fields.v.kind' = 'sequence', 'fields.v.start' = '1', 'fields.v.end' = '400');
CREATE VIEW counts AS SELECT k, COUNT(*) AS n, MAX(v) AS m FROM b GROUP BY k;

CREATE TABLE group_aggregate (k BIGINT, n BIGINT, s BIGINT, lo BIGINT, hi BIGINT, d BIGINT, mean DOUBLE)
  WITH ('connector' = 'filesystem', 'path' = 'out/group_aggregate', 'format' = 'debezium-json');
CREATE TABLE distinct_rows (k BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/distinct_rows', 'format' = 'debezium-json');
CREATE TABLE tumble (k BIGINT, w TIMESTAMP(3), n BIGINT, s BIGINT)
  WITH ('connector' = 'filesystem', 'path' = 'out/tumble', 'format' = 'json');
CREATE TABLE hop (k BIGINT, w TIMESTAMP(3), n BIGINT, s BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/hop', 'format' = 'json');
CREATE TABLE cumulate (k BIGINT, w TIMESTAMP(3), n BIGINT, s BIGINT)
  WITH ('connector' = 'filesystem', 'path' = 'out/cumulate', 'format' = 'json');
CREATE TABLE sessions (k BIGINT, w TIMESTAMP(3), n BIGINT, s BIGINT)
  WITH ('connector' = 'filesystem', 'path' = 'out/sessions', 'format' = 'json');
CREATE TABLE inner_join (v BIGINT, w BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/inner_join', 'format' = 'json');
CREATE TABLE left_join (v BIGINT, w BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/left_join', 'format' = 'debezium-json');
CREATE TABLE changelog_join (v BIGINT, n BIGINT)
  WITH ('connector' = 'filesystem', 'path' = 'out/changelog_join', 'format' = 'debezium-json');
CREATE TABLE top_rows (k BIGINT, v BIGINT, place BIGINT)
  WITH ('connector' = 'filesystem', 'path' = 'out/top_rows', 'format' = 'debezium-json');
CREATE TABLE top_groups (k BIGINT, n BIGINT, place BIGINT)
  WITH ('connector' = 'filesystem', 'path' = 'out/top_groups', 'format' = 'debezium-json');
CREATE TABLE first_rows (k BIGINT, v BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/first_rows', 'format' = 'debezium-json');
CREATE TABLE last_rows (k BIGINT, v BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/last_rows', 'format' = 'debezium-json');
CREATE TABLE window_join (v BIGINT, w BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/window_join', 'format' = 'json');
CREATE TABLE window_top (w TIMESTAMP(3), v BIGINT, place BIGINT)
  WITH ('connector' = 'filesystem', 'path' = 'out/window_top', 'format' = 'json');
CREATE TABLE sorted (v BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out/sorted', 'format' = 'json');

EXECUTE STATEMENT SET BEGIN
INSERT INTO group_aggregate
  SELECT k, COUNT(*), SUM(v), MIN(v), MAX(v), COUNT(DISTINCT MOD(v, 5)), AVG(CAST(v AS DOUBLE)) FROM a GROUP BY k;
INSERT INTO distinct_rows SELECT DISTINCT MOD(v, 300) FROM a;
INSERT INTO tumble SELECT k, window_end, COUNT(*), SUM(v)
  FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
INSERT INTO hop SELECT k, window_end, COUNT(*), SUM(v)
  FROM TABLE(HOP(TABLE a, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND)) GROUP BY k, window_start, window_end;
INSERT INTO cumulate SELECT k, window_end, COUNT(*), SUM(v)
  FROM TABLE(CUMULATE(TABLE a, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '30' SECOND)) GROUP BY k, window_start, window_end;
INSERT INTO sessions SELECT k, window_end, COUNT(*), SUM(v)
  FROM TABLE(SESSION(TABLE a PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY k, window_start, window_end;
INSERT INTO inner_join SELECT a.v, b.v FROM a JOIN b ON a.v = b.v + 100;
INSERT INTO left_join SELECT a.v, b.v FROM a LEFT JOIN b ON a.v = b.v * 3;
INSERT INTO changelog_join SELECT a.v, counts.n FROM a JOIN counts ON a.v = counts.m;
INSERT INTO top_rows SELECT k, v, place FROM
  (SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY MOD(v * 31, 1009) DESC) AS place FROM a) WHERE place <= 3;
INSERT INTO top_groups SELECT k, n, place FROM
  (SELECT k, n, ROW_NUMBER() OVER (ORDER BY n DESC, k) AS place FROM counts) WHERE place <= 4;
INSERT INTO first_rows SELECT k, v FROM
  (SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS place FROM a) WHERE place = 1;
INSERT INTO last_rows SELECT k, v FROM
  (SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS place FROM a) WHERE place = 1;
INSERT INTO window_join SELECT l.v, r.v FROM
  (SELECT * FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '10' SECOND))) l JOIN
  (SELECT * FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '10' SECOND))) r
  ON l.v = r.v AND l.window_start = r.window_start AND l.window_end = r.window_end;
INSERT INTO window_top SELECT window_end, v, place FROM
  (SELECT window_end, v, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY MOD(v * 31, 1009)) AS place
   FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '10' SECOND))) WHERE place <= 2;
INSERT INTO sorted SELECT v FROM a ORDER BY ts;
END;

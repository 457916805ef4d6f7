-- Bids per auction in windows of ten seconds.
CREATE TABLE answer (auction BIGINT, window_end TIMESTAMP(3), bids BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO answer
SELECT auction, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
GROUP BY auction, window_start, window_end;

-- The first half of q5: bids per auction in sliding windows.
CREATE TABLE answer (auction BIGINT, window_end TIMESTAMP(3), num BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO answer
SELECT auction, window_end, COUNT(*) FROM TABLE(HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
GROUP BY auction, window_start, window_end;

-- Average price of the winning bids per category (generator only).
CREATE TABLE answer (id BIGINT, final BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO answer
SELECT q.category, AVG(q.final)
FROM (
  SELECT MAX(b.price) AS final, a.category
  FROM auction AS a JOIN bid AS b ON a.id = b.auction
  WHERE b.`dateTime` BETWEEN a.`dateTime` AND a.expires
  GROUP BY a.id, a.category) AS q
GROUP BY q.category;

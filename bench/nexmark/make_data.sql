-- Bids of the generator, once as JSON lines and once as Parquet.
CREATE TABLE bid_json (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/parts.json', 'format' = 'json',
      'sink.rolling-policy.file-size' = '1 tb', 'sink.rolling-policy.rollover-interval' = '1 d');
CREATE TABLE bid_parquet (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/parts.parquet', 'format' = 'parquet',
      'sink.rolling-policy.file-size' = '1 tb', 'sink.rolling-policy.rollover-interval' = '1 d');
EXECUTE STATEMENT SET BEGIN
INSERT INTO bid_json SELECT * FROM bid;
INSERT INTO bid_parquet SELECT * FROM bid;
END;

-- Bids of the generator, once as JSON lines and once as Parquet.
CREATE TABLE bid_json (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/parts.json', 'format' = 'json');
CREATE TABLE bid_parquet (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING)
WITH ('connector' = 'filesystem', 'path' = '${DATA}/parts.parquet', 'format' = 'parquet');
EXECUTE STATEMENT SET BEGIN
INSERT INTO bid_json SELECT * FROM bid;
INSERT INTO bid_parquet SELECT * FROM bid;
END;

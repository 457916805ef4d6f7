-- The generator's events into a topic, spread evenly over its partitions.
CREATE TABLE topic (
  event_type INT,
  person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, `dateTime` TIMESTAMP(3), extra STRING>,
  auction ROW<id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, `dateTime` TIMESTAMP(3), extra STRING>
) WITH ('connector' = 'kafka', 'topic' = 'events', 'properties.bootstrap.servers' = '${BROKER}', 'format' = 'json',
        'sink.partitioner' = 'round-robin');
INSERT INTO topic SELECT event_type, person, auction, bid FROM events;

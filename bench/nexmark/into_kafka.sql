-- Pass everything through, into another topic.
CREATE TABLE answer (auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3), extra STRING)
WITH ('connector' = 'kafka', 'topic' = '${TOPIC}', 'properties.bootstrap.servers' = '${BROKER}', 'format' = 'json',
      'sink.delivery-guarantee' = '${GUARANTEE}');
INSERT INTO answer SELECT auction, bidder, price, `dateTime`, extra FROM bid;

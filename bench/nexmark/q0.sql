-- Pass everything through.
CREATE TABLE answer (auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3), extra STRING) WITH ('connector' = 'blackhole');
INSERT INTO answer SELECT auction, bidder, price, `dateTime`, extra FROM bid;

-- An event of the next year into each of the three partitions: it says that nothing of this one follows.

CREATE TABLE flights (happened TIMESTAMP(3), tailnum STRING) WITH (
  'connector' = 'kafka', 'topic' = 'flights', 'properties.bootstrap.servers' = '${BROKER}',
  'format' = 'json', 'sink.partitioner' = 'round-robin'
);

INSERT INTO flights VALUES
  (TIMESTAMP '2014-01-02 00:00:00', 'none'), (TIMESTAMP '2014-01-02 00:00:00', 'none'), (TIMESTAMP '2014-01-02 00:00:00', 'none');

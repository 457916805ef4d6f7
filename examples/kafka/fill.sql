-- Makes up clicks and writes them as JSON, with the user as the key of the record.
CREATE TABLE made_up (
  user_id INT,
  page STRING,
  seen TIMESTAMP(3)
) WITH (
  'connector' = 'datagen',
  'number-of-rows' = '100000',
  'rows-per-second' = '1000000',
  'fields.user_id.min' = '1',
  'fields.user_id.max' = '9',
  'fields.page.length' = '8'
);

CREATE TABLE clicks (
  user_id INT,
  page STRING,
  seen TIMESTAMP(3)
) WITH (
  'connector' = 'kafka',
  'topic' = 'clicks',
  'properties.bootstrap.servers' = 'localhost:9092',
  'key.format' = 'json',
  'key.fields' = 'user_id',
  'value.format' = 'json'
);

INSERT INTO clicks SELECT * FROM made_up;

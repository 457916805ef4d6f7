CREATE TABLE orders (id INT, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SET 'table.local-time-zone' = 'Mars/Foo';

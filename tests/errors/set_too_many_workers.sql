CREATE TABLE orders (id INT, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
SET 'parallelism.default' = '500';

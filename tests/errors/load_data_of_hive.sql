CREATE TABLE orders (id INT, customer STRING, note STRING, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');
LOAD DATA INPATH 'orders.csv' INTO TABLE orders;

SELECT id FROM orders
SELECT name FROM orders;

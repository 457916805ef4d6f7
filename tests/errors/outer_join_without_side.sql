SELECT * FROM a OUTER JOIN b ON a.x = b.x;

{{ config(materialized='table') }}
SELECT id FROM orders;

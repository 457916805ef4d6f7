#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Topics of a real Apache Kafka broker as tables: written and read by tidemark, by Kafka's own programs, and by both.

  kafka.py TIDEMARK SCRATCH_FOLDER JARS
"""
import signal
import subprocess
import sys
import threading
import unittest

import kafka_broker
import scratch

JARS = sys.argv.pop()
PARTITIONS = 3
broker = None


def setUpModule():
    global broker
    broker = kafka_broker.Broker(JARS, scratch.SCRATCH / "broker", PARTITIONS)


def tearDownModule():
    broker.stop()


def options(topic, **more):
    settings = {"connector": "kafka", "topic": topic, "properties.bootstrap.servers": broker.plain, "format": "json",
                "scan.startup.mode": "earliest-offset", "scan.bounded.mode": "latest-offset"}
    settings.update({key.replace("__", "-").replace("_", "."): value for key, value in more.items()})
    return "WITH (" + ", ".join(f"'{key}' = '{value}'" for key, value in settings.items() if value is not None) + ")"


def tidemark(script, *arguments):
    return subprocess.run([scratch.TIDEMARK, "run", "-", "--format", "csv", *arguments], input=script.encode(),
                          capture_output=True, timeout=60)


class Kafka(unittest.TestCase):
    def run_script(self, script, *arguments):
        result = tidemark(script, *arguments)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        return result.stdout.decode().splitlines()[1:]

    def refuse(self, script, code, *texts):
        result = tidemark(script)
        error = result.stderr.decode()
        self.assertEqual(result.returncode, code, error)
        for text in texts:
            self.assertIn(text, error)
        self.assertNotIn(kafka_broker.PASSWORD, error)

    def test_every_row_comes_back(self):
        columns = "(n BIGINT, text STRING, at_time TIMESTAMP(3))"
        self.run_script(f"""
            CREATE TABLE made {columns} WITH ('connector' = 'datagen', 'number-of-rows' = '50000',
              'rows-per-second' = '10000000', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '50000');
            CREATE TABLE topic {columns} {options("every_row")};
            INSERT INTO topic SELECT * FROM made;""")
        for mode in ("batch", "streaming"):
            for workers in ("1", "2"):
                rows = self.run_script(f"""
                    SET 'execution.runtime-mode' = '{mode}';
                    CREATE TABLE topic {columns} {options("every_row")};
                    SELECT COUNT(*), SUM(n), COUNT(DISTINCT n), COUNT(text) FROM topic;""", "--parallelism", workers)
                self.assertEqual(rows[-1:], ["50000,1250025000,50000,50000"], mode)

    def test_kafkas_own_programs_agree(self):
        table = "(id INT, name STRING) " + options("shared", format=None, value_format="json", key_format="raw",
                                                    key_fields="name")
        self.run_script(f"CREATE TABLE t {table}; INSERT INTO t VALUES (1, 'a'), (2, 'b');")
        broker.tool("org.apache.kafka.tools.ConsoleProducer", "--bootstrap-server", broker.plain, "--topic", "shared",
                    "--reader-property", "parse.key=true", "--reader-property", "key.separator=|", text='c|{"id":3,"name":"c"}\n')
        said = broker.tool("org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", broker.plain,
                           "--topic", "shared", "--from-beginning", "--max-messages", "3", "--timeout-ms", "20000",
                           "--formatter-property", "print.key=true", "--formatter-property", "print.partition=true")
        partition = {}
        for line in filter(lambda line: "\t" in line, said.splitlines()):
            place, key, value = line.split("\t")
            partition[key] = int(place.removeprefix("Partition:"))
            self.assertEqual(value.count(f'"name":"{key}"'), 1)
        self.assertEqual(sorted(partition), ["a", "b", "c"])
        self.assertEqual(sorted(self.run_script(f"CREATE TABLE t {table}; SELECT * FROM t;")), ["1,a", "2,b", "3,c"])
        # Both clients send a key to the same partition.
        self.run_script(f"CREATE TABLE t {table}; INSERT INTO t VALUES (4, 'c');")
        rows = self.run_script(f"""CREATE TABLE t (p INT METADATA FROM 'partition' VIRTUAL, {table[1:]};
                                   SELECT DISTINCT name, p FROM t WHERE name = 'c';""")
        self.assertEqual(rows, [f"c,{partition['c']}"])

    def test_from_one_time_to_another(self):
        table = "(id INT, at_time TIMESTAMP_LTZ(3) METADATA FROM 'timestamp') "
        zone = "SET 'table.local-time-zone' = 'UTC';"
        values = ", ".join(f"({i}, TO_TIMESTAMP_LTZ({i}000, 3))" for i in range(1, 10))
        one = options("times", sink_partitioner="fixed")
        self.run_script(f"{zone} CREATE TABLE t {table} {one}; INSERT INTO t VALUES {values};", "--parallelism", "1")
        span = options("times", scan_startup_mode="timestamp", scan_bounded_mode="timestamp",
                       **{"scan_startup_timestamp__millis": "3000", "scan_bounded_timestamp__millis": "7000"})
        rows = self.run_script(f"{zone} CREATE TABLE t {table} {span}; SELECT id FROM t;")
        self.assertEqual(rows, ["3", "4", "5", "6"])

    def test_upserts(self):
        upsert = """(who STRING, total BIGINT, PRIMARY KEY (who) NOT ENFORCED)
            WITH ('connector' = 'upsert-kafka', 'topic' = 'totals', 'key.format' = 'raw', 'value.format' = 'json',
                  'properties.bootstrap.servers' = '%s', 'scan.bounded.mode' = 'latest-offset')""" % broker.plain
        self.run_script(f"""
            CREATE TABLE totals {upsert};
            INSERT INTO totals SELECT who, SUM(n) FROM (VALUES ('x', 1), ('y', 2), ('x', 3)) AS v (who, n) GROUP BY who;""")
        self.assertEqual(sorted(self.run_script(f"CREATE TABLE totals {upsert}; SELECT * FROM totals;"))[-2:],
                         ["x,4", "y,2"])
        broker.tool("org.apache.kafka.tools.ConsoleProducer", "--bootstrap-server", broker.plain, "--topic", "totals",
                    "--reader-property", "parse.key=true", "--reader-property", "key.separator=|",
                    "--reader-property", "null.marker=NULL",
                    text="x|NULL\n")
        for mode in ("batch", "streaming"):
            rows = self.run_script(f"""
                SET 'execution.runtime-mode' = '{mode}';
                CREATE TABLE totals {upsert};
                SELECT COUNT(*), SUM(total) FROM totals;""")
            self.assertEqual(rows[-1:], ["1,2"], mode)

    def test_a_partition_that_is_never_written_holds_nothing_up(self):
        table = f"""(id INT, at_time TIMESTAMP(3), WATERMARK FOR at_time AS at_time)
            {options("idle", scan_bounded_mode=None, sink_partitioner="fixed")}"""
        rows = ", ".join(f"({i}, TIMESTAMP '2020-01-01 00:00:0{i}')" for i in range(6))
        self.run_script(f"CREATE TABLE t {table}; INSERT INTO t VALUES {rows};", "--parallelism", "1")
        script = f"""
            SET 'table.exec.source.idle-timeout' = '300 ms';
            CREATE TABLE t {table};
            SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(at_time), INTERVAL '2' SECOND))
              GROUP BY window_start, window_end;"""
        with self.running(script) as process:
            self.assertEqual([process.stdout.readline().decode() for _ in range(2)],
                             ["+I[2020-01-01 00:00:00.000, 2]\n", "+I[2020-01-01 00:00:02.000, 2]\n"])
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(20), 0)

    def test_rows_that_come_while_it_runs(self):
        endless = f"(id INT) {options('live', scan_bounded_mode=None)}"
        self.run_script(f"CREATE TABLE t {endless}; INSERT INTO t VALUES (1);")
        with self.running(f"CREATE TABLE t {endless}; SELECT * FROM t;") as process:
            self.assertEqual(process.stdout.readline().decode(), "+I[1]\n")
            self.run_script(f"CREATE TABLE t {endless}; INSERT INTO t VALUES (2);")
            self.assertEqual(process.stdout.readline().decode(), "+I[2]\n")
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(20), 0)

    def running(self, script):
        process = subprocess.Popen([scratch.TIDEMARK, "run", "-", "--format", "changelog"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=scratch.heed_signals)
        limit = threading.Timer(60, process.kill)
        limit.daemon = True
        limit.start()
        self.addCleanup(limit.cancel)
        self.addCleanup(process.kill)
        process.stdin.write(script.encode())
        process.stdin.close()
        return process

    def test_logging_in_as_java_does(self):
        def secured(password):
            login = ("org.apache.kafka.common.security.plain.PlainLoginModule required "
                     f'username="alice" password="{password}";')
            return options("secured", **{"properties_bootstrap_servers": broker.sasl,
                                         "properties_security_protocol": "SASL_PLAINTEXT",
                                         "properties_sasl_mechanism": "PLAIN", "properties_sasl_jaas_config": login})
        table = f"CREATE TABLE t (id INT) {secured(kafka_broker.PASSWORD)};"
        self.run_script(f"{table} INSERT INTO t VALUES (7);")
        self.assertEqual(self.run_script(f"{table} SELECT * FROM t;"), ["7"])
        shown = tidemark(f"{table} SHOW CREATE TABLE t;").stdout.decode()
        self.assertIn("******", shown)
        self.assertNotIn(kafka_broker.PASSWORD, shown)
        self.refuse(f"CREATE TABLE t (id INT) {secured('wrong')}; SELECT * FROM t;", 1, broker.sasl, "refuses", "uthentication")

    def test_errors(self):
        self.run_script(f"CREATE TABLE t (id INT) {options('orders')}; INSERT INTO t VALUES (1);")
        self.refuse(f"CREATE TABLE t (id INT) {options('order')}; SELECT * FROM t;", 1, "no topic 'order'", "'orders'")
        quick = {"properties_bootstrap_servers": "127.0.0.1:1", "properties_default_api_timeout_ms": "1000"}
        self.refuse(f"CREATE TABLE t (id INT) {options('orders', **quick)}; SELECT * FROM t;", 1, "127.0.0.1:1", "refused")
        self.refuse(f"CREATE TABLE t (id INT) {options('orders', **quick)}; INSERT INTO t VALUES (1);", 1, "127.0.0.1:1")
        self.refuse(f"CREATE TABLE t (id INT) {options('orders', scan_startup_mode=None)}; SELECT * FROM t;", 1,
                    "properties.group.id")


if __name__ == "__main__":
    scratch.main()

# SPDX-License-Identifier: Apache-2.0
"""A real Apache Kafka broker for tests: one node on free ports of 127.0.0.1, its data in a folder of the test."""
import pathlib
import signal
import socket
import subprocess
import threading

PASSWORD = "hunter2-not-to-be-seen"
# Starts quickly and takes little.
SMALL_JAVA = ("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
# For measuring.
LARGE_JAVA = ("-Xms1g", "-Xmx1g", "-XX:+UseG1GC")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


LOGGING = """
rootLogger.level = warn
rootLogger.appenderRef.out.ref = OUT
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = info
appender.out.type = Console
appender.out.name = OUT
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c{1} - %m%n
"""


class Broker:
    """Started by the constructor, ended by stop(). `plain` takes everybody, `sasl` only user alice with PASSWORD."""

    def __init__(self, jars, folder, partitions, java=SMALL_JAVA, seconds_max=300):
        """`partitions`: of topics that are made by using them. It ends after `seconds_max`, whatever becomes of us."""
        self.jars = pathlib.Path(jars)
        self.seconds_max = seconds_max
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True)
        plain, sasl, controller = free_ports(3)
        self.plain = f"127.0.0.1:{plain}"
        self.sasl = f"127.0.0.1:{sasl}"
        (folder / "log4j2.properties").write_text(LOGGING)
        settings = folder / "server.properties"
        login = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="{PASSWORD}";'
        settings.write_text(f"""
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://{self.plain},SASL_PLAINTEXT://{self.sasl},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://{self.plain},SASL_PLAINTEXT://{self.sasl}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_plaintext.plain.sasl.jaas.config={login}
inter.broker.listener.name=PLAINTEXT
log.dirs={folder}/log
num.partitions={partitions}
auto.create.topics.enable=true
offsets.topic.replication.factor=1
offsets.topic.num.partitions=2
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=16777216
""")
        self.tool("kafka.tools.StorageTool", "format", "-t", "dGlkZW1hcmtfdGVzdHMtMQ", "-c", settings)
        self.command = self.java_command(java, f"-Dlog4j2.configurationFile={folder}/log4j2.properties",
                                         "kafka.Kafka", settings)
        self.start()

    def start(self):
        """Also again, on the same ports and data, after kill()."""
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.limit = threading.Timer(self.seconds_max, self.process.kill)
        self.limit.daemon = True
        self.limit.start()
        said = []
        for line in self.process.stdout:
            said.append(line)
            if "Kafka Server started" in line:
                break
        else:
            raise RuntimeError("the broker did not start:\n" + "".join(said[-30:]))
        self.drain = threading.Thread(target=self.process.stdout.read, daemon=True)
        self.drain.start()

    def java_command(self, java, *arguments):
        return ["java", *java, "-cp", f"{self.jars}/*", *map(str, arguments)]

    def tool(self, *arguments, text=""):
        """The output of one of Kafka's own programs."""
        result = subprocess.run(self.java_command(SMALL_JAVA, *arguments), input=text.encode(), capture_output=True, timeout=60)
        if result.returncode != 0:
            raise RuntimeError(result.stdout.decode() + result.stderr.decode())
        return result.stdout.decode()

    def kill(self):
        """As if its machine had lost power."""
        self.limit.cancel()
        self.process.kill()
        self.ended()

    def ended(self):
        self.process.wait()
        self.drain.join()
        self.process.stdout.close()

    def stop(self):
        self.limit.cancel()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.ended()

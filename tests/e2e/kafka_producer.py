# SPDX-License-Identifier: Apache-2.0
"""Records into chosen partitions of a topic, through librdkafka."""
import ctypes
import functools

WAIT_MS = 30_000
COPY = 2  # RD_KAFKA_MSG_F_COPY
PRODUCER = 0


@functools.cache
def library():
    rdkafka = ctypes.CDLL("librdkafka.so.1")
    pointer, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    for name, result, arguments in (
            ("rd_kafka_conf_new", pointer, []),
            ("rd_kafka_conf_set", ctypes.c_int, [pointer, text, text, text, size]),
            ("rd_kafka_new", pointer, [ctypes.c_int, pointer, text, size]),
            ("rd_kafka_topic_new", pointer, [pointer, text, pointer]),
            ("rd_kafka_topic_destroy", None, [pointer]),
            ("rd_kafka_produce", ctypes.c_int,
             [pointer, ctypes.c_int32, ctypes.c_int, text, size, text, size, pointer]),
            ("rd_kafka_flush", ctypes.c_int, [pointer, ctypes.c_int]),
            ("rd_kafka_outq_len", ctypes.c_int, [pointer]),
            ("rd_kafka_destroy", None, [pointer])):
        function = getattr(rdkafka, name)
        function.restype, function.argtypes = result, arguments
    return rdkafka


def produce(brokers, topic, records):
    """`records`: pairs of a partition and a text, written in their order. A topic that is missing is made."""
    rdkafka = library()
    reason = ctypes.create_string_buffer(512)
    conf = rdkafka.rd_kafka_conf_new()
    for key, value in (("bootstrap.servers", brokers), ("queue.buffering.max.messages", "1000000"),
                       ("topic.metadata.refresh.fast.interval.ms", "50")):
        if rdkafka.rd_kafka_conf_set(conf, key.encode(), value.encode(), reason, 512) != 0:
            raise RuntimeError(reason.value.decode())
    producer = rdkafka.rd_kafka_new(PRODUCER, conf, reason, 512)
    handle = rdkafka.rd_kafka_topic_new(producer, topic.encode(), None)
    for partition, record in records:
        value = record.encode()
        if rdkafka.rd_kafka_produce(handle, partition, COPY, value, len(value), None, 0, None) != 0:
            raise RuntimeError(f"a record for partition {partition} of {topic} was refused")
    rdkafka.rd_kafka_flush(producer, WAIT_MS)
    left = rdkafka.rd_kafka_outq_len(producer)
    rdkafka.rd_kafka_topic_destroy(handle)
    rdkafka.rd_kafka_destroy(producer)
    if left != 0:
        raise RuntimeError(f"{left} records did not arrive")

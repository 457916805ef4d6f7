# SPDX-License-Identifier: Apache-2.0
"""The records of a topic as any other program sees them, through librdkafka: committed ones only."""
import contextlib
import ctypes
import functools

import kafka_producer

CONSUMER = 1
FROM_THE_BEGINNING = -2


class Message(ctypes.Structure):
    """rd_kafka_message_t, as far as it is needed"""
    _fields_ = [("err", ctypes.c_int), ("rkt", ctypes.c_void_p), ("partition", ctypes.c_int32),
                ("payload", ctypes.c_void_p), ("len", ctypes.c_size_t)]


@functools.cache
def library():
    rdkafka = kafka_producer.library()
    pointer = ctypes.c_void_p
    for name, result, arguments in (
            ("rd_kafka_queue_new", pointer, [pointer]),
            ("rd_kafka_queue_destroy", None, [pointer]),
            ("rd_kafka_consume_start_queue", ctypes.c_int, [pointer, ctypes.c_int32, ctypes.c_int64, pointer]),
            ("rd_kafka_consume_stop", ctypes.c_int, [pointer, ctypes.c_int32]),
            ("rd_kafka_consume_queue", ctypes.POINTER(Message), [pointer, ctypes.c_int]),
            ("rd_kafka_message_destroy", None, [ctypes.POINTER(Message)])):
        function = getattr(rdkafka, name)
        function.restype, function.argtypes = result, arguments
    return rdkafka


@contextlib.contextmanager
def consumer(brokers, topic, partitions):
    """Gives a function that gives the next value, from the topic's beginning on; None when none came in so many ms."""
    rdkafka = library()
    reason = ctypes.create_string_buffer(512)
    conf = rdkafka.rd_kafka_conf_new()
    for key, value in (("bootstrap.servers", brokers), ("isolation.level", "read_committed"), ("fetch.wait.max.ms", "100"),
                       ("log_level", "0")):
        if rdkafka.rd_kafka_conf_set(conf, key.encode(), value.encode(), reason, 512) != 0:
            raise RuntimeError(reason.value.decode())
    handle = rdkafka.rd_kafka_new(CONSUMER, conf, reason, 512)
    opened = rdkafka.rd_kafka_topic_new(handle, topic.encode(), None)
    queue = rdkafka.rd_kafka_queue_new(handle)
    for partition in range(partitions):
        if rdkafka.rd_kafka_consume_start_queue(opened, partition, FROM_THE_BEGINNING, queue) != 0:
            raise RuntimeError(f"topic {topic} cannot be read")

    def next_value(wait_ms):
        while True:
            message = rdkafka.rd_kafka_consume_queue(queue, wait_ms)
            if not message:
                return None
            value = None
            if message.contents.err == 0:
                value = ctypes.string_at(message.contents.payload, message.contents.len)
            rdkafka.rd_kafka_message_destroy(message)
            if value is not None:
                return value

    try:
        yield next_value
    finally:
        for partition in range(partitions):
            rdkafka.rd_kafka_consume_stop(opened, partition)
        rdkafka.rd_kafka_queue_destroy(queue)
        rdkafka.rd_kafka_topic_destroy(opened)
        rdkafka.rd_kafka_destroy(handle)

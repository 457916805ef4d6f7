# SPDX-License-Identifier: Apache-2.0
"""What consumer groups have committed, asked for through librdkafka, as Kafka's own programs take a second each."""
import ctypes
import functools

WAIT_MS = 2_000
TIMED_OUT = -185


class Place(ctypes.Structure):
    """rd_kafka_topic_partition_t"""
    _fields_ = [("topic", ctypes.c_char_p), ("partition", ctypes.c_int32), ("offset", ctypes.c_int64),
                ("metadata", ctypes.c_void_p), ("metadata_size", ctypes.c_size_t), ("opaque", ctypes.c_void_p),
                ("err", ctypes.c_int), ("private", ctypes.c_void_p)]


@functools.cache
def library():
    rdkafka = ctypes.CDLL("librdkafka.so.1")
    for name, result, arguments in (
            ("rd_kafka_conf_new", ctypes.c_void_p, []),
            ("rd_kafka_conf_set", ctypes.c_int, [ctypes.c_void_p, *[ctypes.c_char_p] * 3, ctypes.c_size_t]),
            ("rd_kafka_new", ctypes.c_void_p, [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]),
            ("rd_kafka_destroy", None, [ctypes.c_void_p]),
            ("rd_kafka_topic_partition_list_new", ctypes.c_void_p, [ctypes.c_int]),
            ("rd_kafka_topic_partition_list_destroy", None, [ctypes.c_void_p]),
            ("rd_kafka_topic_partition_list_add", ctypes.POINTER(Place),
             [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32]),
            ("rd_kafka_committed", ctypes.c_int, [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int])):
        function = getattr(rdkafka, name)
        function.restype, function.argtypes = result, arguments
    return rdkafka


def committed(brokers, group, topic, partition):
    """The group's offset; -1001: it has none. None: a transaction is open that would change it."""
    rdkafka = library()
    reason = ctypes.create_string_buffer(512)
    conf = rdkafka.rd_kafka_conf_new()
    for key, value in (("bootstrap.servers", brokers), ("group.id", group), ("isolation.level", "read_committed")):
        if rdkafka.rd_kafka_conf_set(conf, key.encode(), value.encode(), reason, 512) != 0:
            raise RuntimeError(reason.value.decode())
    consumer = rdkafka.rd_kafka_new(1, conf, reason, 512)
    places = rdkafka.rd_kafka_topic_partition_list_new(1)
    place = rdkafka.rd_kafka_topic_partition_list_add(places, topic.encode(), partition)
    error = rdkafka.rd_kafka_committed(consumer, places, WAIT_MS) or place.contents.err
    offset = place.contents.offset
    rdkafka.rd_kafka_topic_partition_list_destroy(places)
    rdkafka.rd_kafka_destroy(consumer)
    if error == TIMED_OUT:
        return None
    if error != 0:
        raise RuntimeError(f"error {error} of group {group}")
    return offset

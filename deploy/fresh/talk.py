"""The kiosk's page and the technician's page, as far as a measurement needs them: HTTP and one WebSocket."""

import base64
import http.client
import json
import os
import socket
import struct
import time

HOST, PORT = "127.0.0.1", 8080


class Page:
    """A browser on the appliance itself."""

    def __init__(self):
        self.cookie, self.csrf = "", ""

    def ask(self, method, path, body=None, kind="application/json", wait_s=60):
        link = http.client.HTTPConnection(HOST, PORT, timeout=wait_s)
        headers = {"Origin": f"http://{HOST}:{PORT}", "Sec-Fetch-Site": "same-origin"}
        if self.cookie:
            headers |= {"Cookie": self.cookie, "X-Usher-CSRF": self.csrf}
        if body is not None:
            headers["Content-Type"] = kind
            body = body if kind != "application/json" else json.dumps(body)
        link.request(method, path, body, headers)
        reply = link.getresponse()
        text = reply.read()
        cookie = reply.getheader("Set-Cookie")
        if cookie:
            self.cookie = cookie.split(";")[0]
        link.close()
        try:
            document = json.loads(text) if text else None
        except ValueError:
            document = text
        if isinstance(document, dict) and document.get("csrf"):
            self.csrf = document["csrf"]
        return reply.status, document

    def must(self, method, path, body=None, **more):
        status, document = self.ask(method, path, body, **more)
        if status >= 300:
            raise SystemExit(f"fresh: {method} {path} gave {status}: {document}")
        return document

    def job(self, method, path, body=None, within_s=300, **more):
        """A long piece of work, to its end."""
        return self.end_of(self.must(method, path, body, **more), within_s)

    def job_or_restart(self, method, path, body=None):
        """A job after which the program starts anew, so that nobody may be there to tell its end."""
        begun = self.must(method, path, body)
        try:
            return self.end_of(begun, 120)
        except (OSError, SystemExit):
            return None

    def end_of(self, begun, within_s):
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            seen = self.must("GET", f"/api/admin/jobs/{begun['id']}")
            if seen["state"] not in ("queued", "running"):
                return seen
            time.sleep(0.2)
        raise SystemExit(f"fresh: the job {begun} did not end within {within_s} s")


class Visitor:
    """One visit over the kiosk's socket."""

    def __init__(self):
        self.link = socket.create_connection((HOST, PORT), timeout=120)
        key = base64.b64encode(os.urandom(16)).decode()
        self.link.sendall((
            f"GET /v1/realtime HTTP/1.1\r\nHost: {HOST}:{PORT}\r\nOrigin: http://{HOST}:{PORT}\r\nConnection: Upgrade\r\n"
            f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self.more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise SystemExit(f"fresh: the socket was refused: {head.decode(errors='replace')}")
        self.session = self.until("session.created")["session"]

    def more(self):
        got = self.link.recv(65536)
        if not got:
            raise ConnectionError("the socket was closed")
        return got

    def take(self, count):
        while len(self.rest) < count:
            self.rest += self.more()
        got, self.rest = self.rest[:count], self.rest[count:]
        return got

    def until(self, kind):
        while True:
            first, second = self.take(2)
            length = second & 127
            if length == 126:
                (length,) = struct.unpack("!H", self.take(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self.take(8))
            body = self.take(length)
            if first & 15 != 1:
                continue
            event = json.loads(body)
            if event["type"] == "error":
                raise SystemExit(f"fresh: the socket says {event}")
            if event["type"] == kind and event.get("final", True):
                return event

    def send(self, event):
        body, mask = json.dumps(event).encode(), os.urandom(4)
        size = struct.pack("!BB", 0x81, 0x80 | len(body)) if len(body) < 126 else struct.pack("!BBH", 0x81, 0xFE, len(body))
        self.link.sendall(size + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(body)))

    def question(self, text):
        content = [{"type": "input_text", "text": text}]
        self.send({"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": content}})
        self.send({"type": "response.create"})
        return self.until("usher.answer")


def ready():
    try:
        return Page().ask("GET", "/readyz", wait_s=5)[0] == 200
    except OSError:
        return False

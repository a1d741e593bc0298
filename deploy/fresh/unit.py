"""Does for one unit of the installed package what systemd would do, as far as a folder without systemd allows.

Read from the unit: user, groups, umask, environment, state and log folders, the read-only view of ProtectSystem=strict with its
ReadWritePaths, PrivateTmp, ProtectHome, ExecStart, ExecStopPost, Restart, the notify socket, the watchdog. Not done: system call
filters, memory limits, device rules, address rules; `verify-units.sh` looks at those.
"""

import os
import pathlib
import pwd
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time

# Prepares the view of the file system in a mount namespace of its own, then becomes the program.
VIEW = r"""
set -eu
root=$1 view=$2; shift 2
mount --rbind "$root" "$view"
mount -o remount,bind,ro "$view"
mount -o remount,bind,ro "$view/run"
while [ "$1" != -- ]; do mount --bind "$root$1" "$view$1"; shift; done
shift
mount -t tmpfs -o mode=1777 tmpfs "$view/tmp"
mount -t tmpfs -o mode=1777 tmpfs "$view/var/tmp"
for hidden in home root; do mount -t tmpfs -o ro,mode=000 tmpfs "$view/$hidden"; done
cd "$view"
exec chroot "$view" "$@"
"""


def seconds(text):
    return float(re.sub(r"s$", "", text))


class Unit:
    def __init__(self, root, name, log):
        self.root, self.log = pathlib.Path(root), log
        path = next(folder / name for folder in (self.root / "usr/lib/systemd/system", self.root / "lib/systemd/system")
                    if (folder / name).exists())
        self.says = {}
        for line in path.read_text().splitlines():
            key, sign, value = line.partition("=")
            if sign and not line.startswith("#"):
                self.says.setdefault(key, []).append(value)
        self.command = shlex.split(self.one("ExecStart"))
        self.process, self.stopping, self.thread = None, False, None
        self.ready, self.status, self.ends, self.fed = threading.Event(), "", [], 0.0
        self.view = self.root.parent / "view"
        self.view.mkdir(exist_ok=True)
        self.open_notify()

    def one(self, key, default=""):
        return self.says.get(key, [default])[-1]

    def open_notify(self):
        path = self.root / "run/systemd/notify"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        os.chmod(path, 0o777)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            for line in self.socket.recv(65536).decode(errors="replace").splitlines():
                self.fed = time.monotonic()
                if line == "READY=1":
                    self.ready.set()
                elif line.startswith("STATUS="):
                    self.status = line[7:]

    def folder(self, above, key):
        """StateDirectory= and its like: made, and given to the user, before the program starts."""
        name = self.one(key)
        path = self.root / above / name
        path.mkdir(parents=True, exist_ok=True)
        os.chmod(path, int(self.one(f"{key}Mode", "0755"), 8))
        os.chown(path, *self.ids())
        return f"/{above}/{name}"

    def ids(self):
        for line in (self.root / "etc/passwd").read_text().splitlines():
            entry = line.split(":")
            if entry[0] == self.one("User"):
                self.home = entry[5]
                return int(entry[2]), int(entry[3])
        raise SystemExit(f"fresh: the unit's user {self.one('User')} does not exist")

    def full(self, command):
        user, group = self.ids()
        state, logs = self.folder("var/lib", "StateDirectory"), self.folder("var/log", "LogsDirectory")
        writable = [state, logs]
        for path in " ".join(self.says.get("ReadWritePaths", [])).split():
            if (self.root / path.lstrip("-/")).exists():
                writable.append(path.lstrip("-"))
        groups = {str(group)}
        wanted = " ".join(self.says.get("SupplementaryGroups", [])).split()
        for line in (self.root / "etc/group").read_text().splitlines():
            name, _, number, members = line.split(":")
            if name in wanted or self.one("User") in members.split(","):
                groups.add(number)
        environment = [f"USER={self.one('User')}", f"HOME={self.home}", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin",
                       "LANG=C.UTF-8", f"STATE_DIRECTORY={state}", f"LOGS_DIRECTORY={logs}",
                       "NOTIFY_SOCKET=/run/systemd/notify", f"WATCHDOG_USEC={int(seconds(self.one('WatchdogSec', '0')) * 1e6)}"]
        for value in self.says.get("Environment", []):
            environment += shlex.split(value)
        rights = ["setpriv", f"--reuid={user}", f"--regid={group}", f"--groups={','.join(sorted(groups))}", "--no-new-privs",
                  "--bounding-set=-all", "--inh-caps=-all"]
        umask = ["sh", "-c", f"umask {self.one('UMask', '0022')}; exec \"$@\"", "sh"]
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", VIEW, "sh", str(self.root), str(self.view), *writable,
                "--", *rights, "env", "-i", *environment, *umask, *command]

    def run(self, command, **more):
        """One command as the unit's user with the unit's view, e.g. ExecStopPost."""
        return subprocess.run(self.full(command), stdin=subprocess.DEVNULL, **more)

    def start(self):
        self.stopping, self.thread = False, threading.Thread(target=self.keep, daemon=True)
        self.ready.clear()
        self.thread.start()

    def keep(self):
        while not self.stopping:
            self.ready.clear()
            self.fed = time.monotonic()
            self.process = subprocess.Popen(self.full(self.command), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
            while self.process.poll() is None:
                # WatchdogSec counts from the first word; before READY usher asks for more time while it is alive.
                if time.monotonic() - self.fed > max(seconds(self.one("WatchdogSec", "0")), seconds(self.one("TimeoutStartSec", "90"))):
                    self.process.kill()
                time.sleep(0.05)
            self.ends.append(self.process.returncode)
            for post in self.says.get("ExecStopPost", []):
                self.run(shlex.split(post), stdout=self.log, stderr=self.log)
            if not self.stopping:
                time.sleep(seconds(self.one("RestartSec", "0.1")))

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)

    def stop(self):
        self.stopping = True
        self.process.terminate()
        try:
            self.process.wait(seconds(self.one("TimeoutStopSec", "90")))
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.thread.join()
        self.ready.clear()

    def restart(self):
        self.stop()
        self.start()

    def wait_ready(self, within_s):
        if not self.ready.wait(within_s):
            raise SystemExit(f"fresh: the unit was not ready within {within_s} s; it says: {self.status}; it ended with {self.ends}")

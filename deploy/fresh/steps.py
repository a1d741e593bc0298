"""Counts and times what a technician does on a fresh machine until it answers, as docs/operations.md tells it."""

import pathlib
import shutil
import subprocess
import sys
import time

import machine
import talk
from unit import Unit

STEPS_MAX, MINUTES_MAX = 6, 5
NAME = "gate-b22"
SITE, BOARD = "bank", "generic-x86"
# A question of that site and the item that answers it.
QUESTION, ITEM = "What are your opening hours?", "opening-hours"


class Steps:
    def __init__(self, root, docs, fetch_s):
        self.root, self.docs, self.rows, self.fetch_s = root, docs, [], fetch_s

    def typed(self, command, told):
        """A command of the page `operations.md`, typed by root. `told` is how it stands there."""
        self.is_told(told)
        return self.timed(command, lambda: machine.run(self.root, command.split()))

    def is_told(self, told):
        if told not in self.docs:
            machine.fail(f"docs/operations.md does not tell the step `{told}`")

    def timed(self, words, work):
        print(f"fresh: step {len(self.rows) + 1}: {words}", file=sys.stderr)
        began = time.monotonic()
        result = work()
        self.rows.append((words, time.monotonic() - began))
        return result

    def table(self, waited, answered_s):
        print(f"\n{'':3} {'step':66} {'own time':>9}")
        for number, (words, took_s) in enumerate(self.rows, 1):
            print(f"{number:2}. {words:66} {took_s:7.1f} s")
        total_s = sum(took_s for _, took_s in self.rows) + answered_s
        print(f"    {waited:66} {answered_s:7.1f} s")
        print(f"    {'packages from the mirror (apt-get update and download), not counted':66} {self.fetch_s:7.1f} s")
        good = len(self.rows) <= STEPS_MAX and total_s <= MINUTES_MAX * 60
        print(f"\nfresh machine to answering kiosk: {len(self.rows)} steps (at most {STEPS_MAX}), own time {total_s:.1f} s "
              f"(at most {MINUTES_MAX * 60} s): {'good' if good else 'MISSED'}")
        print("  own time is the machine's; reading and typing are not in it. There is no systemd in the folder: the program is started\n"
              "  as the installed unit says (user, groups, environment, read-only view, notify socket, ExecStart); `systemctl restart`\n"
              "  stands for ending and starting it so. There is no screen: usher-kiosk is enabled, not shown.")
        return good


def stick(root, package, pack):
    """What the technician brings: the package, the models, the kiosk's directory."""
    usb = root / "media/usb"
    (usb / NAME).mkdir(parents=True)
    shutil.copy(package, usb)
    shutil.copy(pack, usb / "pack.tar")
    (usb / NAME / "device.toml").write_text(f'schema = 1\nname = "{NAME}"\nsite = "{SITE}"\nboard = "{BOARD}"\n')


def technician(root, unit, steps, package):
    """The steps; gives the unit that serves. `unit` reads it once it is installed."""
    steps.typed(f"apt-get install -y /media/usb/{package.name}", "apt-get install ./usher_")
    unit = unit()
    # The package's installation starts the service.
    unit.start()
    steps.typed("usher models import /media/usb/pack.tar", "usher models import /media/usb/pack.tar")
    steps.typed(f"usher config apply /media/usb/{NAME}", "usher config apply /media/usb/KIOSK")
    steps.is_told("systemctl restart usher")
    steps.timed("systemctl restart usher (until READY=1)", lambda: (unit.restart(), unit.wait_ready(240)))
    page = talk.Page()

    def first():
        secret = talk.Visitor().session["usher"]["setup"]["secret"]
        page.must("POST", "/api/admin/first", {"secret": secret, "name": "anna", "password": "a long sentence of hers"})
        who = page.must("GET", "/api/admin/me")
        if who["role"] != "owner":
            machine.fail(f"the first person is no owner: {who}")

    steps.is_told("the secret of the kiosk's screen")
    steps.timed("/admin: the screen's secret, a name, a password", first)
    # Without a systemd, "--now" has nobody to ask.
    steps.typed("systemctl enable usher-kiosk", "systemctl enable --now usher-kiosk")
    # Its link leads to a place inside the root: only the link itself can be seen from here.
    if not (root / "etc/systemd/system/multi-user.target.wants/usher-kiosk.service").is_symlink():
        machine.fail("usher-kiosk was not enabled")
    return unit


def visitor():
    began = time.monotonic()
    answer = talk.Visitor().question(QUESTION)
    took_s = time.monotonic() - began
    sources = [source["document"] for source in answer["sources"]]
    if answer["route"] != "answer" or sources[:1] != [ITEM]:
        machine.fail(f"'{QUESTION}' was answered by {answer['route']} from {sources}, not from {ITEM}")
    return took_s


def fetch(root, package):
    """The packages' download, by itself: the same command without unpacking."""
    began = time.monotonic()
    machine.run(root, ["apt-get", "update", "-q"])
    machine.run(root, ["apt-get", "install", "-y", "-q", "--download-only", f"/media/usb/{package.name}"])
    return time.monotonic() - began


def main(work, package, pack, phase):
    work, package, pack = map(pathlib.Path, (work, package, pack))
    root, took = work / "root", work / "fetched"
    if phase == "fetch":
        (work / "answers").unlink(missing_ok=True)
        machine.make_base(work / "base")
        machine.copy_base(work / "base", root)
        stick(root, package, pack)
        # Docker's images delete packages after the download; a machine keeps them until they are installed.
        machine.enter(root, NAME)
        took.write_text(str(fetch(root, package)))
        return
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["hostname", NAME], check=True)
    machine.enter(root, NAME)
    docs = (pathlib.Path(__file__).parents[2] / "docs/operations.md").read_text()
    steps = Steps(root, docs, float(took.read_text()))
    with open(work / "usher.log", "w") as log:
        unit = technician(root, lambda: Unit(root, "usher.service", log), steps, package)
        try:
            good = steps.table("a visitor's question over the socket, answered from the right item", visitor())
        finally:
            unit.stop()
    # For `life`, which goes on from here.
    (work / "answers").touch()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])

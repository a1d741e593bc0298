"""What an installed appliance goes through after its first day, under the installed unit's read-only view: a technician's changes, a
backup and its return, versions that are kept, given up and cut off while they are written. Runs on the folder that `steps` left."""

import json
import os
import pathlib
import random
import subprocess
import sys
import time

import machine
import talk
from unit import Unit

REPOSITORY = pathlib.Path(__file__).parents[2]
DEVICE = "etc/usher/device/device.toml"
# How often an installation is killed, each time at another moment of it.
KILLS = 8


class Life:
    def __init__(self, root, unit, work):
        self.root, self.unit, self.work, self.good = root, unit, work, True
        self.page = talk.Page()

    def check(self, words, holds, more=""):
        self.good &= bool(holds)
        print(f"  {'good' if holds else 'BAD '}  {words}{f' ({more})' if more else ''}", flush=True)

    def usher(self, *arguments, **more):
        return machine.run(self.root, ["usher", *arguments], check=False, show=False, **more)

    def restart(self, within_s=240):
        self.unit.restart()
        self.unit.wait_ready(within_s)

    def log_in(self):
        self.page = talk.Page()
        self.page.must("POST", "/api/admin/login", {"name": "anna", "password": "a long sentence of hers"})

    def done(self, words, job):
        self.check(words, job["state"] == "done", "" if job["state"] == "done" else json.dumps(job))
        return job.get("result") or {}

    def idle_seconds(self, value):
        return self.page.must("PUT", "/api/admin/settings", {"changes": [{"path": "visit.idle_seconds", "value": value}]})

    def answers(self, question, item):
        answer = talk.Visitor().question(question)
        return [source["document"] for source in answer["sources"]][:1] == [item]

    def changes(self):
        """What the page changes while visitors are served."""
        told = self.idle_seconds(95)
        text = (self.root / DEVICE).read_text()
        self.check("a setting changed on the page is written below /etc/usher/device", "95" in text and told["changed"], DEVICE)
        item = {"id": "umbrella-stand", "language": "en", "questions": ["Where can I leave my umbrella?"],
                "answer": "The umbrella stand is beside the entrance."}
        review = self.page.must("POST", "/api/admin/knowledge/review?name=items.en.jsonl", json.dumps(item) + "\n",
                                kind="application/octet-stream")
        self.done("knowledge is taken in", self.page.job("POST", f"/api/admin/knowledge/review/{review['review']}/apply"))
        self.check("and answers a visitor", self.answers("Where can I leave my umbrella?", "umbrella-stand"))
        result = self.done("models are looked through for missing ones", self.page.job("POST", "/api/admin/models/pull", {}))
        self.check("all of them are here", result.get("fetched") == [] and result.get("kept"))
        model = self.root / "var/lib/usher/models/silero-vad"
        for path in model.iterdir():
            path.unlink()
        job = self.page.job("POST", "/api/admin/models/pull", {})
        self.check("a lost one is not fetched without client and network, and the repair is told",
                   job["state"] == "failed" and "apt-get install" in json.dumps(job), json.dumps(job)[:300])
        with open(self.work / "pack.tar", "rb") as file:
            job = self.page.job("POST", "/api/admin/models/import?name=pack.tar", file.read(), kind="application/octet-stream")
        self.done("models are carried in on the page", job)
        self.check("and are whole", any(model.iterdir()))

    def backup(self):
        made = self.done("a backup is made", self.page.job("POST", "/api/admin/backup", {}))
        name = made.get("name", "")
        self.idle_seconds(60)
        status, body = self.page.ask("GET", f"/api/admin/backup/{name}")
        review = self.page.must("POST", f"/api/admin/restore/review?name={name}", body, kind="application/octet-stream")
        self.check("it can be looked into", not review["faults"], ", ".join(review["faults"]))
        self.unit.ready.clear()
        self.page.job_or_restart("POST", f"/api/admin/restore/review/{review['review']}/apply", {})
        self.unit.wait_ready(240)
        self.check("it is brought back at the next start: the setting of before", "95" in (self.root / DEVICE).read_text())
        self.log_in()
        self.check("people and knowledge of before", self.answers("Where can I leave my umbrella?", "umbrella-stand"))
        done = self.usher("backup", "make", "/media/usb")
        self.check("root makes one onto a stick", done.returncode == 0, done.stdout.strip().splitlines()[-1][:120] if done.returncode else "")

    def device(self):
        """`usher config apply` by root, and the service's own look after it."""
        stick = self.root / "media/usb/moved"
        stick.mkdir(exist_ok=True)
        (stick / "device.toml").write_text('schema = 1\nname = "moved"\nsite = "airport"\n')
        done = self.usher("config", "apply", "/media/usb/moved")
        self.check("root applies another directory while usher serves", done.returncode == 0, done.stdout.strip()[-200:] if done.returncode else "")
        keys = self.root / "etc/usher/update-keys"
        owners = {path.relative_to(self.root).as_posix(): path.stat().st_uid for path in (self.root / "etc/usher").rglob("*")}
        foreign = [name for name, owner in owners.items() if name.startswith("etc/usher/device") and owner == 0]
        self.check("the service owns all of it and none of the update keys", not foreign and keys.stat().st_uid == 0, " ".join(foreign))
        (self.root / "etc/usher/device.staging").mkdir()
        os.chown(self.root / "etc/usher/device.staging", *self.unit.ids())
        self.restart()
        self.check("the other site answers", self.answers("Where is the nearest pharmacy?", "pharmacy"))
        self.check("what an interrupted apply left is tidied up by the service", not (self.root / "etc/usher/device.staging").exists())
        done = self.usher("config", "apply", "/etc/usher/device.before")
        self.check("root takes the one before again", done.returncode == 0, done.stdout.strip()[-200:] if done.returncode else "")
        self.restart()
        self.log_in()
        self.check("and back again", "95" in (self.root / DEVICE).read_text() and self.answers("What are your opening hours?", "opening-hours"))

    def bundle(self, version, program, **more):
        arch = os.uname().machine
        command = [str(REPOSITORY / "deploy/bundle.sh"), "make", "--key", str(self.work / "maker.key"), "--arch", arch, "--binary", str(program),
                   "--version", version, "--out", str(self.root / "media/usb"), "--notes", f"version {version}"]
        for name, value in more.items():
            command += [f"--{name}", str(value)]
        subprocess.run(command, check=True, stdout=sys.stderr)
        return f"/media/usb/usher-{version}-{arch}.bundle"

    def running(self):
        return json.loads(self.usher("update", "status", "--json").stdout)

    def updates(self):
        for name in ("maker.key", "maker.pub"):
            (self.work / name).unlink(missing_ok=True)
        subprocess.run(["minisign", "-G", "-W", "-p", self.work / "maker.pub", "-s", self.work / "maker.key"], check=True,
                       stdout=subprocess.DEVNULL)
        program, sites = self.root / "usr/bin/usher", self.work / "sites"
        subprocess.run(["rm", "-rf", sites], check=True)
        subprocess.run(["cp", "-r", self.root / "usr/share/usher/sites", sites], check=True)
        knowledge = sites / "bank"
        newer = self.bundle("0.2.0", program, site=sites, knowledge=knowledge, board=self.root / "usr/share/usher/boards")
        refused = self.usher("update", "apply", newer)
        self.check("without a key nothing is installed", refused.returncode == 1 and "no update key is trusted" in refused.stdout)
        (self.root / "etc/usher/update-keys/maker.pub").write_text((self.work / "maker.pub").read_text())
        done = self.usher("update", "apply", newer)
        self.check("a signed version is installed from a stick", done.returncode == 0, done.stdout.strip()[-200:])
        self.restart()
        self.until("the version on trial is kept after its golden question", lambda seen: seen["version"] == "0.2.0" and not seen["on_trial"])
        self.check("and answers", self.answers("What are your opening hours?", "opening-hours"))
        self.broken()
        self.killed(program)

    def until(self, words, holds, within_s=180):
        until = time.monotonic() + within_s
        while True:
            seen = self.running()["running"]
            if holds(seen) or time.monotonic() > until:
                return self.check(words, holds(seen), json.dumps(seen))
            time.sleep(1)

    def broken(self):
        bundle = self.bundle("0.3.0", self.root / "bin/false")
        done = self.usher("update", "apply", bundle)
        self.check("a signed version whose program is broken is installed", done.returncode == 0)
        starts = len(self.unit.ends)
        began = time.monotonic()
        self.restart()
        seen = self.running()
        self.check("it is given up by itself, the one before runs and answers",
                   seen["running"]["version"] == "0.2.0" and self.answers("What are your opening hours?", "opening-hours"),
                   f"{len(self.unit.ends) - starts - 1} starts, {time.monotonic() - began:.0f} s, {seen['other']['reason']}")

    def killed(self, program):
        bundle = self.bundle("0.4.0", program)
        began = time.monotonic()
        self.usher("update", "check", bundle)
        whole_s = max(0.4, 3 * (time.monotonic() - began))
        bad = []
        for _ in range(KILLS):
            after_s = random.uniform(0.02, whole_s)
            process = subprocess.Popen(["chroot", str(self.root), "usher", "update", "apply", bundle], env=machine.ENVIRONMENT,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(after_s)
            is_cut = process.poll() is None
            process.kill()
            process.wait()
            if not is_cut:
                self.usher("update", "return")
            started = self.unit.run(["/usr/bin/usher", "update", "boot", "--data", "/var/lib/usher", "--", "--version"],
                                    capture_output=True, text=True)
            seen = self.running()["running"]["version"]
            if is_cut and (seen != "0.2.0" or started.returncode != 0):
                bad.append((after_s, seen, started.stderr[-300:]))
        self.check(f"{KILLS} kills while a version is written: the running one starts each time", not bad, str(bad) if bad else "")
        self.restart()
        self.check("the service, too, and answers", self.answers("What are your opening hours?", "opening-hours"))
        done = self.usher("update", "apply", bundle)
        self.check("the version can be installed afterwards", done.returncode == 0, done.stdout.strip()[-200:] if done.returncode else "")
        self.unit.restart()
        time.sleep(0.5)
        self.unit.kill()
        self.unit.ready.clear()
        self.unit.wait_ready(240)
        self.until("killed in its first start, it is tried again and kept", lambda seen: seen["version"] == "0.4.0" and not seen["on_trial"])
        done = self.usher("update", "return")
        self.restart()
        self.until("`usher update return` goes back", lambda seen: seen["version"] == "0.2.0" and not seen["on_trial"])

    def view(self):
        """Nothing but what the unit allows can be written."""
        folders = "/usr /etc /var /var/lib /opt /boot /srv /run /etc/usher/update-keys"
        script = "for folder in " + folders + "; do [ -d $folder ] || continue; touch $folder/.try 2>/dev/null && echo $folder; done; touch " \
                 "/var/lib/usher/.try /var/log/usher/.try /etc/usher/.try /tmp/.try && rm /var/lib/usher/.try /var/log/usher/.try /etc/usher/.try"
        done = self.unit.run(["sh", "-c", script], capture_output=True, text=True)
        self.check("the view: only /var/lib/usher, /var/log/usher, /etc/usher and /tmp can be written",
                   done.returncode == 0 and not done.stdout, done.stdout + done.stderr)


def main(work):
    work = pathlib.Path(work)
    root = work / "root"
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    machine.enter(root, "gate-b22")
    with open(work / "usher.log", "a") as log:
        unit = Unit(root, "usher.service", log)
        unit.start()
        try:
            unit.wait_ready(240)
            life = Life(root, unit, work)
            print("under the installed unit's view:")
            life.log_in()
            for part in (life.view, life.changes, life.backup, life.device, life.updates):
                part()
        finally:
            unit.stop()
    print("everything held" if life.good else "NOT everything held")
    sys.exit(0 if life.good else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])

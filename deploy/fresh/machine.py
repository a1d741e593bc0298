"""A fresh Debian in a folder: made by debootstrap once, copied for each run, entered by chroot in namespaces of its own.

What it is not: a booted machine. There is no systemd in it; `unit.py` does what systemd would do for usher's units.
"""

import os
import pathlib
import shutil
import stat
import subprocess
import sys

# What the smallest Debian has that starts by itself: debootstrap's "minbase" leaves out systemd.
INCLUDE = "ca-certificates,systemd,systemd-sysv,dbus,iproute2,sudo"
# Device nodes that every program expects: name, major, minor.
NODES = [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)]
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
}


def fail(message):
    sys.exit(f"fresh: {message}")


def release():
    fields = dict(line.rstrip().split("=", 1) for line in open("/etc/os-release") if "=" in line)
    return fields.get("VERSION_CODENAME", "").strip('"')


def make_base(base):
    """Debian as it comes, with this machine's package sources and proxies."""
    if (base / "made").exists():
        return
    shutil.rmtree(base, ignore_errors=True)
    base.mkdir(parents=True)
    command = ["debootstrap", "--variant=minbase", f"--include={INCLUDE}", release(), str(base / "root")]
    subprocess.run(command, check=True, stdout=sys.stderr)
    (base / "made").touch()


def copy_base(base, root):
    """A machine of its own, with this one's way to the network."""
    if root.exists():
        subprocess.run(["rm", "-rf", "--one-file-system", str(root)], check=True)
    root.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(base / "root"), str(root)], check=True)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    bundle = "etc/ssl/certs/ca-certificates.crt"
    shutil.copy(f"/{bundle}", root / bundle)
    for name in ("pip.conf", "npmrc"):
        if pathlib.Path("/etc", name).exists():
            shutil.copy(f"/etc/{name}", root / "etc" / name)
    sources = [path for path in pathlib.Path("/etc/apt/sources.list.d").glob("*.sources") if release() in path.read_text()]
    for path in sources:
        shutil.copy(path, root / "etc/apt/sources.list.d" / path.name)
    if sources:
        (root / "etc/apt/sources.list").write_text("")
    for path in pathlib.Path("/etc/apt/apt.conf.d").glob("*"):
        if "proxy" in path.read_text(errors="replace").lower():
            shutil.copy(path, root / "etc/apt/apt.conf.d" / path.name)


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


def enter(root, name):
    """Mounts what a running machine has. To be called in a mount namespace of its own, which takes it all away at its end."""
    mount("-t", "proc", "proc", root / "proc")
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", root / "dev")
    for node, major, minor in NODES:
        os.mknod(root / "dev" / node, 0o666 | stat.S_IFCHR, os.makedev(major, minor))
        os.chmod(root / "dev" / node, 0o666)
    for folder in ("pts", "shm"):
        (root / "dev" / folder).mkdir()
    mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666", "devpts", root / "dev/pts")
    os.symlink("pts/ptmx", root / "dev/ptmx")
    os.symlink("/proc/self/fd", root / "dev/fd")
    mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", root / "dev/shm")
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", root / "run")
    (root / "etc/hostname").write_text(name + "\n")
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost {name}\n::1 localhost\n")


def run(root, command, check=True, show=True, **more):
    """A command typed at the machine's console by root."""
    done = subprocess.run(
        ["chroot", str(root), *command], env=ENVIRONMENT, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more,
    )
    if check and done.returncode != 0:
        print(done.stdout[-4000:], file=sys.stderr)
        fail(f"`{' '.join(command)}` ended with {done.returncode}")
    if show:
        for line in done.stdout.splitlines()[-3:]:
            print(f"    | {line}", file=sys.stderr)
    return done

"""What Landlock and namespaces leave open: memory that nobody counts, other programs' sockets, the modes of files."""

import os
import platform
import socket
import tempfile
from pathlib import Path

import pytest
from grading.conftest import SHORT, needs_landlock

from course_lib.grading.examiner.remote_respondent import Answers
from course_lib.grading.sandbox.lockdown import CALLS, TRUSTED

pytestmark = [
    needs_landlock,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers of the calls below are x86-64's"),
]

TRY = """
import ctypes, errno, mmap, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    result = libc.syscall(number, *arguments)
    return result if result >= 0 else errno.errorcode[ctypes.get_errno()]
def attempt(f):
    try:
        return f()
    except OSError as error:
        return errno.errorcode[error.errno]
"""

# A cell and what it must print: "EPERM", or what shows that nothing was done.
REFUSED = {
    "shared memory of System V": "print(call(29, 0, 1 << 30, 0o1600))",
    "a file in memory": "print(attempt(lambda: os.memfd_create('big')))",
    "memory shared by processes": "print(attempt(lambda: mmap.mmap(-1, 1 << 20)))",
    "a message queue": "print(call(68, 0, 0o1600))",
    "a socket of another program": "print(attempt(lambda: socket.socket(socket.AF_UNIX).connect(@socket@)))",
    "a datagram to another program": (
        "a, b = (None, None)\n"
        "print(attempt(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', @datagrams@)))"
    ),
    "the crypto sockets of the kernel": "print(attempt(lambda: socket.socket(38, socket.SOCK_SEQPACKET)))",
    "the socket to the host of a virtual machine": "print(attempt(lambda: socket.socket(40, socket.SOCK_STREAM)))",
    "a ring of requests": "print(call(425, 8, ctypes.create_string_buffer(120)))",
    "a key ring": "print(call(248, b'user', b'name', b'value', 5, -4))",
    "a program in the kernel": "print(call(321, 0, ctypes.create_string_buffer(120), 120))",
    "another user namespace": "print(call(272, 0x10000000))",
    "another process's memory": "print(call(310, os.getpid(), 0, 0, 0, 0, 0))",
    "tracing": "print(call(101, 0, 0, 0, 0))",
    "page faults by hand": "print(call(323, 1))",
    "performance counters": "print(call(298, ctypes.create_string_buffer(128), 0, -1, -1, 0))",
    "a share of the processors of its own": (  # Linux gives each session one, however many processes are in it
        "r, w = os.pipe()\n"
        "if os.fork() == 0:\n    os.write(w, str(attempt(os.setsid)).encode())\n    os._exit(0)\n"
        "print(os.read(r, 99).decode())"
    ),
    "a mount": "print(call(165, b'none', b'.', b'tmpfs', 0, None))",
    "the calls of 32-bit programs": "print(call(0x40000000 + 41, 1, 1, 0))",
}

# These do nothing and say that they did: copying a file or unpacking an archive tries them, and may go on.
IGNORED = {
    "the mode of a file": "os.chmod(@file@, 0)",
    "the mode of an open file": "os.fchmod(os.open('/dev/null', os.O_RDONLY), 0)",
    "the owner of a file": "os.chown(@file@, os.getuid(), os.getgid())",
    "the times of a file": "os.utime(@file@, (1, 1))",
    "an attribute of a file": "os.setxattr(@file@, 'user.mark', b'1')",
}


@pytest.fixture
def places():
    """Sockets and a file of ours that every user could reach, were it not for the sandbox."""
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        place.chmod(0o777)
        (place / "file").write_text("ours")
        (place / "file").chmod(0o666)
        sockets = []
        for name, kind in (("socket", socket.SOCK_STREAM), ("datagrams", socket.SOCK_DGRAM)):
            sockets.append(socket.socket(socket.AF_UNIX, kind))
            sockets[-1].bind(str(place / name))
            (place / name).chmod(0o777)
            sockets[-1].settimeout(0.01)
        sockets[0].listen()
        yield {name: str(place / name) for name in ("file", "socket", "datagrams")}
        with pytest.raises(TimeoutError):
            sockets[0].accept()
        with pytest.raises(TimeoutError):
            sockets[1].recv(1)
        for one in sockets:
            one.close()


def printed(load, places, cell):
    """Run a cell in a child and return what it printed, or the name of the error that ended it."""
    for name, path in places.items():
        cell = cell.replace(f"@{name}@", repr(path))
    answers = load(TRY)
    reply = answers.ask("cell", 5.0, source=cell, limit=10_000)
    return "".join(item.get("text", "") for item in reply["outputs"]).strip() or reply["error"]


def test_the_layer_is_told(load):
    assert CALLS in load("").child.layers
    assert CALLS in TRUSTED


@pytest.mark.parametrize("name", REFUSED)
def test_a_call_is_refused(load, places, name):
    assert printed(load, places, REFUSED[name]) == "EPERM"


@pytest.mark.parametrize("name", IGNORED)
def test_a_call_does_nothing(load, places, name):
    before = Path(places["file"]).stat()
    assert printed(load, places, f"{IGNORED[name]}\nprint('went on')") == "went on"
    after = Path(places["file"]).stat()
    assert (before.st_mode, before.st_mtime, before.st_ctime) == (after.st_mode, after.st_mtime, after.st_ctime)


def test_what_honest_notebooks_do_still_works(load, places):
    cell = """
import asyncio, shutil, socket, subprocess, tempfile, threading, zipfile
import numpy as np, torch
import matplotlib.pyplot as plt
print(await asyncio.sleep(0, "async"))
a, b = socket.socketpair(); a.send(b"pair"); print(b.recv(4).decode())
open("a.txt", "w").write("x"); shutil.copy("a.txt", "b.txt"); print(open("b.txt").read())
with tempfile.NamedTemporaryFile() as f: f.write(b"x")
np.save("a.npy", np.arange(3)); print(np.load("a.npy", mmap_mode="r").sum())
torch.save({"a": torch.ones(2)}, "a.pt"); print(torch.load("a.pt")["a"].sum().item())
thread = threading.Thread(target=print, args=("thread",)); thread.start(); thread.join()
x = torch.ones(2, requires_grad=True); (x * x).sum().backward(); print(x.grad.sum().item())
plt.plot([1, 2]); plt.savefig("a.png"); plt.close(); print("drawn")
"""
    assert printed(load, places, cell).split() == ["async", "pair", "x", "3", "2.0", "thread", "4.0", "drawn"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give each submission a user of its own")
def test_what_runs_at_the_same_time_has_users_of_its_own(warm):
    """Limits on processes are counted for each user: one submission's fork bomb must not use up another's."""
    users = set()
    children = [warm.child(SHORT) for _ in range(2)]
    for child in children:
        reply = Answers(child, SHORT).ask("cell", 5.0, source="import os; print(os.getuid())", limit=1000)
        users.add(reply["outputs"][0]["text"])
    for child in children:
        child.end()
    assert len(users) == 2

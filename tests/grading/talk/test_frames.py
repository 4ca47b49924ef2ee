"""Frames from a child that wants to keep the examiner waiting, or to fill its memory, without being watched."""

import socket
import threading
import time

import pytest

from course_lib.grading.talk import frames


class Watched(Exception):
    """Raised by the watch of these tests."""


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield frames.Channel(ours), theirs


def watch_after(seconds):
    """Return a watch that raises once so much time has passed."""
    until = time.monotonic() + seconds

    def watch():
        if time.monotonic() > until:
            raise Watched

    return watch


@pytest.mark.parametrize(("seconds", "watch", "end"), [(20.0, 0.5, Watched), (0.5, 20.0, frames.TooLate)])
def test_a_trickle_of_bytes_is_watched_and_late(ends, seconds, watch, end):
    channel, theirs = ends
    ended = threading.Event()

    def trickle():
        while not ended.wait(0.01):
            theirs.send(b"D")

    thread = threading.Thread(target=trickle)
    theirs.send(frames._HEAD.pack(b"DLC1", 1 << 20, 0))
    thread.start()
    try:
        with pytest.raises(end):
            channel.receive(seconds, watch_after(watch))
    finally:
        ended.set()
        thread.join()


def test_whoever_answers_at_once_is_watched_all_the_same(ends):
    channel, theirs = ends
    watch = watch_after(0.5)

    def answer_at_once():
        for _ in range(400):
            theirs.send(frames.frame({"a": 1}))
            channel.receive(5.0, watch)
            time.sleep(0.005)

    with pytest.raises(Watched):
        answer_at_once()


def test_what_was_received_is_counted(ends):
    channel, theirs = ends
    theirs.send(frames.frame({"a": "x" * 100}, [b"y" * 1000]))
    channel.receive(5.0)
    assert channel.received > 1000 + 2 * 100

"""The shortcuts that learners try in the exercises, each named in the verdict."""

import codecs
import io
import os
import urllib.parse

import pytest

from course_lib.checking import check


def through_a_file(text):
    with open(os.devnull, "w", encoding="utf-8") as file:
        file.write(text)
    return b""


def through_a_file_in_memory(text):
    file = io.BytesIO()
    with io.TextIOWrapper(file, "utf-8", write_through=True) as writer:
        writer.write(text)
        return file.getvalue()


def through_a_writer(text):
    codecs.getwriter("utf-8")(file := io.BytesIO()).write(text)
    return file.getvalue()


def percent_by_percent(text):
    quoted = urllib.parse.quote(text, safe="")
    numbers = [int(part[:2], 16) for part in quoted.split("%")[1:]]
    return bytes(numbers)


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (lambda text: text.encode(), "str.encode"),
        (lambda text: bytes(text, "utf-8"), "bytes(text, encoding)"),
        (lambda text: bytes(text, encoding="utf-8"), "bytes(text, encoding)"),
        (lambda text: bytes(bytearray(text, "utf-8")), "bytearray(text, encoding)"),
        (lambda text: b"".join(bytes(c, "utf-8") for c in text), "bytes(text, encoding)"),
        (lambda text: codecs.encode(text, "utf-8"), "codecs.encode"),
        (lambda text: codecs.getencoder("utf-8")(text)[0], "codecs.getencoder"),
        (lambda text: codecs.lookup("utf-8").encode(text)[0], "codecs.lookup"),
        (lambda text: codecs.getincrementalencoder("utf-8")().encode(text), "codecs.getincrementalencoder"),
        (lambda text: b"".join(codecs.iterencode(text, "utf-8")), "codecs.iterencode"),
        (lambda text: os.fsencode(text), "os.fsencode"),
        (lambda text: urllib.parse.unquote_to_bytes(text), "urllib.parse.unquote_to_bytes"),
        (percent_by_percent, "urllib.parse.quote"),
        (through_a_writer, "codecs.getwriter"),
        (through_a_file_in_memory, "io.TextIOWrapper"),
        (through_a_file, "open"),
    ],
)
def test_another_encoder_is_named(answer, named):
    verdict = check("letters.utf8_encode", answer)
    assert verdict.points == 0
    assert verdict.message.startswith(f"The answer uses `{named}`, which does the work for you")

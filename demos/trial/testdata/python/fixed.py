"""The tutorials' programs, repaired: each keeps its idea and marks where every
message ends, in both directions, and each reads until a message is complete.

    fixed.py FORMAT server HOST PORT
    fixed.py FORMAT client HOST PORT [COMMAND...]

A FORMAT is one of

    noframing     the end of the stream ends a message; a connection a command
    nopause       size, line feed, body
    sleep         the same: a delimiter needs no pause
    size          size, line feed; the reply "go"; body
    ackhandshake  Ready|size, line feed; the reply "Start"; body
    json          4 bytes of length, JSON header, body

struct_fixed.py is the one that is missing here.
"""

import hashlib
import json
import socket
import struct
import sys

# What the servers know. A shell would be one that anybody could use.
ANSWERS = {
    b"seq 1 2000": b"".join(b"%d\n" % n for n in range(1, 2001)),
    b"echo two": b"two\n",
    b"printf abc; echo": b"abc\n",
    b"true": b"",
}

LIMIT = 1 << 20  # bytes of a message
LINE_LIMIT = 64
HEADER_LIMIT = 512


def answer(command):
    return ANSWERS.get(command, b"no such command\n")


class Broken(Exception):
    """What came is no message of this format."""


class Stream:
    """A connection. What is read ahead waits in a buffer that is as old as it."""

    def __init__(self, sock):
        self.sock, self.buffer = sock, sock.makefile("rb")

    def send(self, data):
        self.sock.sendall(data)

    def end(self):
        self.sock.shutdown(socket.SHUT_WR)

    def rest(self):
        data = self.buffer.read(LIMIT + 1)
        if len(data) > LIMIT:
            raise Broken("more than the limit of %d bytes" % LIMIT)
        return data

    def exactly(self, size, limit=LIMIT):
        """As many receives as it takes, and not a byte too many."""
        if size > limit:
            raise Broken("announced %d bytes, limit %d" % (size, limit))
        data = self.buffer.read(size)
        if len(data) < size:
            raise Broken("the peer left at %d of %d bytes" % (len(data), size))
        return data

    def line(self):
        """A line without its end, or None if the peer left between two messages."""
        line = self.buffer.readline(LINE_LIMIT)
        if line and not line.endswith(b"\n"):
            raise Broken("line %r does not end within %d bytes" % (line, LINE_LIMIT))
        return line[:-1] if line else None

    def expect(self, want):
        if (line := self.line()) != want:
            raise Broken("got %r, want %r" % (line, want))


class SizeLine:
    """A line feed ends the size, wherever the receives end."""

    one_command = False  # a connection

    def send(self, stream, message):
        stream.send(b"%d\n%s" % (len(message), message))

    def receive(self, stream):
        line = stream.line()
        return None if line is None else stream.exactly(number(line))

    def serve(self, stream):
        while (command := self.receive(stream)) is not None:
            self.send(stream, answer(command))

    def call(self, stream, command):
        self.send(stream, command)
        return self.receive(stream)


def number(digits):
    if not digits.isdigit():
        raise Broken("%r is no size" % digits)
    return int(digits)


class EndOfStream(SizeLine):
    """Only the end of the stream can mark an end, so one command a connection."""

    one_command = True

    def send(self, stream, message):
        stream.send(message)
        stream.end()

    def receive(self, stream):
        return stream.rest()

    def serve(self, stream):
        if command := self.receive(stream):
            self.send(stream, answer(command))


class Handshake(SizeLine):
    """The reply stays, and is redundant: it parts nothing any more."""

    def __init__(self, announcement, reply):
        self.announcement, self.reply = announcement, reply

    def serve(self, stream):
        while (command := self.receive(stream)) is not None:
            output = answer(command)
            stream.send(b"%s%d\n" % (self.announcement, len(output)))
            stream.expect(self.reply)
            stream.send(output)

    def call(self, stream, command):
        self.send(stream, command)
        line = stream.line() or b""
        if not line.startswith(self.announcement):
            raise Broken("got %r, want %r and a size" % (line, self.announcement))
        stream.send(self.reply + b"\n")
        return stream.exactly(number(line.removeprefix(self.announcement)))


class JSONHeader(SizeLine):
    """Length and header are read whole, and the MD5 is filled in and checked."""

    def send(self, stream, message):
        md5 = hashlib.md5(message).hexdigest()
        header = json.dumps({"total_size": len(message), "filename": None, "md5": md5}).encode()
        stream.send(struct.pack("!I", len(header)) + header + message)

    def receive(self, stream):
        if not stream.buffer.peek(1):
            return None  # the peer left between two messages
        (length,) = struct.unpack("!I", stream.exactly(4))
        header = json.loads(stream.exactly(length, HEADER_LIMIT))
        size = header.get("total_size") if isinstance(header, dict) else None
        if type(size) is not int or size < 0:
            raise Broken("header %.40r has no size" % (header,))
        message = stream.exactly(size)
        if header.get("md5") != hashlib.md5(message).hexdigest():
            raise Broken("md5 of %d bytes is not %.40r" % (size, header.get("md5")))
        return message


FORMATS = {
    "noframing": EndOfStream(),
    "nopause": SizeLine(),
    "sleep": SizeLine(),
    "size": Handshake(b"", b"go"),
    "ackhandshake": Handshake(b"Ready|", b"Start"),
    "json": JSONHeader(),
}


def serve(format, host, port):
    with socket.create_server((host, port)) as listener:
        while True:  # one client after the other
            conn, _ = listener.accept()
            with conn:
                try:
                    format.serve(Stream(conn))
                except (OSError, ValueError, Broken) as error:
                    print(error, file=sys.stderr)


def call(format, host, port, commands):
    stream = None
    for command in commands:
        if stream is None or format.one_command:
            stream = Stream(socket.create_connection((host, port)))
        output = format.call(stream, command)
        if output is None:
            raise Broken("the server left")
        sys.stdout.buffer.write(output)


def main(format, role, host, port, *commands):
    format = FORMATS[format]
    if role == "server":
        serve(format, host, int(port))
    else:
        call(format, host, int(port), [c.encode() for c in commands] or ANSWERS)


if __name__ == "__main__":
    if len(sys.argv) < 5 or sys.argv[1] not in FORMATS:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (OSError, ValueError, Broken) as error:
        sys.exit("fixed.py: %s" % error)

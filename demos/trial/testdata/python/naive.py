"""The tutorials' programs: what they put on the wire, and their mistakes.

    naive.py FORMAT server HOST PORT
    naive.py FORMAT client HOST PORT [COMMAND...]

A FORMAT is one of

    noframing     nothing marks the end of an answer         (seeds 002, 003)
    nopause       decimal size, body                         (seed 002)
    sleep         decimal size, 0.5 s, body                  (seed 002)
    size          decimal size, any reply, body              (seed 002)
    ackhandshake  Ready|size, Start, body                    (seed 000)
    json          struct 'i' length, JSON header, body       (seed 001)

struct_naive.py is the one that is missing here. All take one recv for one
message, and none marks the end of a command.
"""

import json
import socket
import struct
import sys
import time

# What the servers know. A shell would be one that anybody could use.
ANSWERS = {
    b"seq 1 2000": b"".join(b"%d\n" % n for n in range(1, 2001)),
    b"echo two": b"two\n",
    b"printf abc; echo": b"abc\n",
    b"true": b"",
}


def answer(command):
    return ANSWERS.get(command, b"no such command\n")


def receive(sock, size):
    """At least so many bytes: the last recv may take some of what follows."""
    body = b""
    while len(body) < size:
        data = sock.recv(1024)
        if not data:
            raise EOFError("the server left at %d of %d bytes" % (len(body), size))
        body += data
    return body


class NoFraming:
    commands = [b"seq 1 2000", b"echo two", b"printf abc; echo"]  # "true" would hang

    def serve(self, conn, command):
        conn.sendall(answer(command))

    def call(self, sock, command):
        sock.sendall(command)
        return sock.recv(1024)


class SizeFirst:
    def __init__(self, commands, after_size=lambda conn: None, reply=b""):
        self.commands, self.after_size, self.reply = commands, after_size, reply

    def serve(self, conn, command):
        body = answer(command) or b"cmd exec success,has not output!"
        conn.sendall(b"%d" % len(body))
        self.after_size(conn)
        conn.sendall(body)

    def call(self, sock, command):
        sock.sendall(command)
        size = int(sock.recv(1024))
        sock.sendall(self.reply)
        return receive(sock, size)


class AckHandshake:
    commands = list(ANSWERS)

    def serve(self, conn, command):
        body = answer(command) or b"cmd err"
        conn.sendall(b"Ready|%d" % len(body))
        if conn.recv(1024).startswith(b"Start"):
            conn.sendall(body)

    def call(self, sock, command):
        sock.sendall(command)
        ready = sock.recv(1024)
        if ready.startswith(b"Ready"):
            self.size = int(ready.split(b"|")[-1])  # if not, the last size stands
        sock.sendall(b"Start")
        return receive(sock, self.size)


class JSONHeader:
    commands = list(ANSWERS)

    def serve(self, conn, command):
        body = answer(command)
        header = json.dumps({"total_size": len(body), "filename": None, "md5": None}).encode()
        conn.sendall(struct.pack("i", len(header)))
        conn.sendall(header)
        conn.sendall(body)

    def call(self, sock, command):
        sock.sendall(command)
        (length,) = struct.unpack("i", sock.recv(4))
        return receive(sock, json.loads(sock.recv(length))["total_size"])


FORMATS = {
    "noframing": NoFraming(),
    "nopause": SizeFirst(list(ANSWERS)),
    "sleep": SizeFirst([b"seq 1 2000", b"echo two"], lambda conn: time.sleep(0.5)),
    "size": SizeFirst(list(ANSWERS), lambda conn: conn.recv(1024), b"go on, then"),
    "ackhandshake": AckHandshake(),
    "json": JSONHeader(),
}


def serve(format, host, port):
    with socket.create_server((host, port)) as listener:
        while True:  # one client after the other
            conn, _ = listener.accept()
            with conn:
                try:
                    while command := conn.recv(1024):
                        format.serve(conn, command)
                except OSError as error:
                    print(error, file=sys.stderr)


def main(format, role, host, port, *commands):
    format = FORMATS[format]
    if role == "server":
        return serve(format, host, int(port))
    with socket.create_connection((host, int(port))) as sock:
        for command in [c.encode() for c in commands] or format.commands:
            sys.stdout.buffer.write(format.call(sock, command))


if __name__ == "__main__":
    if len(sys.argv) < 5 or sys.argv[1] not in FORMATS:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except Exception as error:
        sys.exit("naive.py: %s: %.100s" % (type(error).__name__, error))

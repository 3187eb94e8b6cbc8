"""memcached, and a client of its text protocol.

    memcached.py server|client HOST PORT

A value has its size in bytes before it: so it may hold what ends a line, or what
ends an answer. The client sets what it reads, so any number may share a server.
"""

import os
import socket
import sys

VALUES = {
    b"small": b"two",
    b"nothing": b"",
    b"lines": b"one\r\nEND\r\nVALUE lines 0 3\r\ntwo\r\n",
    b"big": b"".join(b"%d\r\n" % n for n in range(1, 1100))[:5000],
    b"zh": "你好".encode(),
}


class Broken(Exception):
    """An answer that is not what the protocol says."""


def line(stream):
    line = stream.readline(512)
    if not line.endswith(b"\r\n"):
        raise Broken("line %r has no end" % line)
    return line[:-2]


def expect(got, want):
    if got != want:
        raise Broken("got %r, want %r" % (got, want))


def values(stream):
    """The values of one get: VALUE key flags size, so many bytes, ..., END."""
    while (head := line(stream)) != b"END":
        word, key, flags, size = head.split(b" ")
        expect((word, flags), (b"VALUE", b"0"))
        value = stream.read(int(size))
        expect(stream.read(2), b"\r\n")
        yield key, value


def client(host, port):
    with socket.create_connection((host, port)) as sock, sock.makefile("rb") as stream:
        for key, value in VALUES.items():
            sock.sendall(b"set %s 0 0 %d\r\n%s\r\n" % (key, len(value), value))
            expect(line(stream), b"STORED")
        for keys in [b"small"], [b"missing"], list(VALUES):
            sock.sendall(b"get %s\r\n" % b" ".join(keys))
            for key, value in values(stream):
                expect(value, VALUES[key])
                sys.stdout.buffer.write(b"%s %d %s\n" % (key, len(value), value))
        # Many at once, without waiting.
        sock.sendall(b"".join(b"set many%d 0 0 %d\r\n%0*d\r\n" % (n, n, n, n) for n in range(3, 100)))
        for n in range(3, 100):
            expect(line(stream), b"STORED")
        sock.sendall(b"".join(b"get many%d\r\n" % n for n in range(3, 100)) + b"quit\r\n")
        for n in range(3, 100):
            expect(list(values(stream)), [(b"many%d" % n, b"%0*d" % (n, n))])
        expect(stream.read(), b"")
        print("many: 97")


def main(role, host, port):
    if role == "client":
        return client(host, int(port))
    os.execlp("memcached", "memcached", "-l", host, "-p", port, "-U", "0", "-u", "nobody", "-t", "1")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, ValueError, Broken) as error:
        sys.exit("memcached.py: %s" % error)

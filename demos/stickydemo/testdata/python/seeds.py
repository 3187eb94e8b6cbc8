"""The tutorials' programs, written afresh: what they put on the wire, and what
they get wrong about it.

    seeds.py server FORMAT PORT              PORT 0 takes a free one and prints it
    seeds.py client FORMAT PORT COMMAND...   prints each answer as it came

A FORMAT is one of

    echo          the bytes of a read, in upper case        (seed 002)
    noframing     nothing marks the end of an answer         (seeds 002, 003)
    nopause       decimal size, body                         (seed 002)
    glued         the same in one send, as a late reader sees it
    sleep         decimal size, 0.5 s, body                  (seed 002)
    size          decimal size, any reply, body              (seed 002)
    ackhandshake  Ready|size, Start, body                    (seed 000)
    struct        struct 'i' size, body                      (seed 003)
    json          struct 'i' length, JSON header, body       (seed 001)

Their mistakes are kept: one recv is taken for one message, recv(4) is trusted to
return 4 bytes, nobody frames a request. A client that is called "late" waits,
before it looks at an answer, until all of it has come: then one recv returns
size and body together, for certain.
"""

import json
import socket
import struct
import sys
import time

# What the servers know. A shell would be one that anybody could use.
ANSWERS = {
    b"echo ab": b"ab\n",
    b"echo two": b"two\n",
    b"printf abc; echo": b"abc\n",
    b"seq 1 2000": b"".join(b"%d\n" % n for n in range(1, 2001)),
    b"hello-zh": "你好\n".encode(),
    b"true": b"",
}

NO_OUTPUT = b"cmd exec success,has not output!"


def answer(command):
    return ANSWERS.get(command, b"no such command: " + command + b"\n")


def serve_echo(conn):
    while True:
        data = conn.recv(1024)
        if not data:
            return
        conn.send(data.upper())


def serve_noframing(conn):
    while True:
        command = conn.recv(1024)
        if not command:
            return
        conn.send(answer(command))  # nothing at all, if there was no output


def serve_size_first(pause):
    def serve(conn):
        while True:
            command = conn.recv(1024)
            if not command:
                return
            body = answer(command) or NO_OUTPUT
            conn.send(str(len(body)).encode())
            pause(conn)
            conn.sendall(body)

    return serve


def serve_glued(conn):
    while True:
        command = conn.recv(1024)
        if not command:
            return
        body = answer(command) or NO_OUTPUT
        conn.sendall(str(len(body)).encode() + body)


def serve_ackhandshake(conn):
    while True:
        command = conn.recv(1024)
        if not command:
            return
        body = answer(command) or b"cmd err"
        conn.send(b"Ready|%d" % len(body))
        if conn.recv(1024).startswith(b"Start"):
            conn.sendall(body)


def serve_struct(conn):
    while True:
        command = conn.recv(1024)
        if not command:
            return
        body = answer(command)
        conn.send(struct.pack("i", len(body)))
        conn.sendall(body)


def serve_json(conn):
    while True:
        command = conn.recv(1024)
        if not command:
            return
        body = answer(command)
        header = json.dumps({"total_size": len(body), "filename": None, "md5": None}).encode()
        conn.send(struct.pack("i", len(header)))
        conn.send(header)
        conn.sendall(body)


SERVERS = {
    "echo": serve_echo,
    "noframing": serve_noframing,
    "nopause": serve_size_first(lambda conn: None),
    "glued": serve_glued,
    "sleep": serve_size_first(lambda conn: time.sleep(0.5)),
    "size": serve_size_first(lambda conn: conn.recv(1024)),
    "ackhandshake": serve_ackhandshake,
    "struct": serve_struct,
    "json": serve_json,
}


def receive(sock, size):
    """The rest of an answer: 1024 at a time, until there is enough."""
    body = b""
    while len(body) < size:
        data = sock.recv(1024)
        if not data:
            raise SystemExit("the server left at %d of %d bytes" % (len(body), size))
        body += data
    return body


def call_noframing(sock, command):
    sock.send(command)
    return sock.recv(1024)


def call_size_first(reply):
    def call(sock, command):
        sock.send(command)
        size = int(sock.recv(1024))
        if reply:
            sock.send(reply)
        return receive(sock, size)

    return call


def call_late(sock, command):
    sock.send(command)
    body = answer(command)
    due = len(str(len(body))) + len(body)
    while len(sock.recv(1024, socket.MSG_PEEK)) < due:
        pass
    return receive(sock, int(sock.recv(1024)))


def call_ackhandshake(sock, command):
    sock.send(command)
    ready = sock.recv(1024).decode()
    if ready.startswith("Ready"):
        size = int(ready.split("|")[-1])
    sock.send(b"Start")
    return receive(sock, size)


def call_struct(sock, command):
    sock.send(command)
    return receive(sock, struct.unpack("i", sock.recv(4))[0])


def call_json(sock, command):
    sock.send(command)
    length = struct.unpack("i", sock.recv(4))[0]
    return receive(sock, json.loads(sock.recv(length))["total_size"])


CLIENTS = {
    "echo": call_noframing,
    "noframing": call_noframing,
    "nopause": call_size_first(None),
    "late": call_late,
    "sleep": call_size_first(None),
    "size": call_size_first("go on, then".encode()),
    "ackhandshake": call_ackhandshake,
    "struct": call_struct,
    "json": call_json,
}


def main():
    role, name, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if role == "client":
        sock = socket.create_connection(("127.0.0.1", port))
        for command in sys.argv[4:]:
            sys.stdout.buffer.write(CLIENTS[name](sock, command.encode()))
        return
    listener = socket.socket()
    listener.bind(("127.0.0.1", port))
    listener.listen(5)
    print(listener.getsockname()[1], flush=True)
    while True:  # one client after the other, as in the tutorials
        conn, _ = listener.accept()
        try:
            SERVERS[name](conn)
        except ConnectionError:
            pass
        conn.close()


if __name__ == "__main__":
    main()

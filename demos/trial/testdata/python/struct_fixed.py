"""Commands over TCP: each way a size of 4 bytes, then that many bytes.
Usage: struct_fixed.py server|client HOST PORT"""

import socket, struct, sys

ANSWERS = {"seq 1 2000": b"".join(b"%d\n" % n for n in range(1, 2001)),
           "echo two": b"two\n", "true": b"", "printf abc; echo": b"abc\n"}


def serve(conn):
    while True:
        send(conn, ANSWERS.get(receive(conn).decode(), b"no such command\n"))


def call(sock, command):
    send(sock, command.encode())
    return receive(sock)


def send(sock, message):
    sock.sendall(struct.pack("!I", len(message)) + message)  # FIX: both ways


def receive(sock):
    (size,) = struct.unpack("!I", receive_exactly(sock, 4))
    if size > 1 << 20:
        raise ValueError("announced %d bytes, limit %d" % (size, 1 << 20))
    return receive_exactly(sock, size)


def receive_exactly(sock, size):
    data = b""
    while len(data) < size:  # FIX: until complete, and no further
        piece = sock.recv(size - len(data))
        if not piece:
            raise EOFError("the peer left at %d of %d bytes" % (len(data), size))
        data += piece
    return data


def main(role, host, port):
    if role == "client":
        sock = socket.create_connection((host, int(port)))
        for command in ANSWERS:
            sys.stdout.buffer.write(call(sock, command))
        return
    listener = socket.create_server((host, int(port)))
    while True:  # one client after the other
        with listener.accept()[0] as conn:
            try:
                serve(conn)
            except (OSError, EOFError, ValueError) as error:
                print(error, file=sys.stderr)


try:
    main(*sys.argv[1:])
except (OSError, EOFError, ValueError) as error:
    sys.exit("%s: %s" % (sys.argv[1], error))

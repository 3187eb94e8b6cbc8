"""Commands over TCP: a size of 4 bytes, then that many bytes of output.
Usage: struct_naive.py server|client HOST PORT"""

import socket, struct, sys

ANSWERS = {"seq 1 2000": b"".join(b"%d\n" % n for n in range(1, 2001)),
           "echo two": b"two\n", "true": b"", "printf abc; echo": b"abc\n"}


def serve(conn):
    while command := conn.recv(1024):  # BUG: one recv is not one command
        output = ANSWERS.get(command.decode(), b"no such command\n")
        conn.sendall(struct.pack("i", len(output)) + output)


def call(sock, command):
    sock.sendall(command.encode())  # BUG: nothing marks its end
    (size,) = struct.unpack("i", sock.recv(4))  # BUG: up to 4 bytes, not 4
    output = b""
    while len(output) < size:
        output += sock.recv(1024)  # BUG: may take bytes of the next answer
    return output


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
            except (OSError, ValueError) as error:
                print(error, file=sys.stderr)


try:
    main(*sys.argv[1:])
except (OSError, ValueError, struct.error) as error:
    sys.exit("%s: %s" % (sys.argv[1], error))

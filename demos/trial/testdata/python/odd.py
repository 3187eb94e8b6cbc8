"""Lines over TCP, by programs that are odd in some way besides their framing, which
is right. Usage: odd.py KIND server|client HOST PORT"""

import os, signal, socket, subprocess, sys, time

KINDS = "plain hang deaf ownport crash loud endless stubborn late parent daemon flaky".split()
OWN_PORT = 47911


def answer(conn):
    with conn, conn.makefile("rwb") as lines:
        for line in lines:
            if KIND == "crash":
                os._exit(3)
            if KIND == "loud":
                print("x" * (1 << 18), flush=True)
                print("y" * (1 << 18), file=sys.stderr, flush=True)
            if KIND != "hang":
                lines.write(line.upper())
                lines.flush()


def serve(host, port):
    if KIND == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if KIND == "late":
        time.sleep(1)
    if KIND == "deaf":
        time.sleep(1000)
    if KIND in ("parent", "daemon"):
        subprocess.Popen(["sleep", "4711"], start_new_session=KIND == "daemon")
    listener = socket.create_server((host, OWN_PORT if KIND == "ownport" else port))
    while True:
        answer(listener.accept()[0])


def call(host, port):
    if KIND == "late":
        time.sleep(0.3)
    if KIND == "flaky":  # every second time; it is started in its own folder
        with open("count", "a") as count:
            print(file=count, end="x", flush=True)
            if count.tell() % 2 == 0:
                sys.exit("a bad day")
    with socket.create_connection((host, port)) as conn, conn.makefile("rwb") as lines:
        for line in b"one\n", b"two\n":
            lines.write(line)
            lines.flush()
            print(lines.readline().decode(), end="")
    if KIND == "loud":
        print("z" * (3 << 20))
    while KIND == "endless":
        print("z" * (1 << 20))


KIND, role, host, port = sys.argv[1:]
if KIND not in KINDS:
    sys.exit("there is no kind " + KIND)
try:
    (serve if role == "server" else call)(host, int(port))
except OSError as error:
    sys.exit("%s: %s" % (role, error))

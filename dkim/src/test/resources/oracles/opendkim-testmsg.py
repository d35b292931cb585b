"""Verifies the messages in a folder with opendkim-testmsg, which asks DNS and can be told of no other server.

So this runs in namespaces of its own (Linux; no right is needed where users may make them): a resolv.conf that
names 127.0.0.1, and there a name server on port 53 that knows dns.txt.

argv: the folder, with dns.txt (a name, a space, the TXT record, one a line) and *.eml. Each message has one
signature, because the program tells the result of all together.
Prints for each message: file, "*", pass or fail, detail, separated by tabs.
"""
import ctypes
import fcntl
import glob
import os
import socket
import struct
import subprocess
import sys
import threading

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40


def isolate(folder):
    libc = ctypes.CDLL(None, use_errno=True)

    def must(result):
        if result != 0:
            raise OSError(ctypes.get_errno(), "namespaces")

    user, group = os.getuid(), os.getgid()
    must(libc.unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET))
    for path, text in (
        ("setgroups", "deny"),
        ("uid_map", "0 %d 1" % user),
        ("gid_map", "0 %d 1" % group),
    ):
        with open("/proc/self/" + path, "w") as target:
            target.write(text)
    must(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    conf = os.path.join(folder, "resolv.conf")
    with open(conf, "w") as target:
        target.write("nameserver 127.0.0.1\noptions timeout:20 attempts:1\n")
    must(libc.mount(os.fsencode(conf), b"/etc/resolv.conf", None, MS_BIND, None))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags = struct.pack("16sh14x", b"lo", IFF_UP | IFF_RUNNING)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, flags)


def question(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode("latin-1"))
        at += 1 + query[at]
    return ".".join(labels).lower(), query[12 : at + 5]


def serve(server, records):
    while True:
        query, client = server.recvfrom(4096)
        name, asked = question(query)
        text = records.get(name)
        answer = b""
        if text is not None:
            strings = b"".join(
                bytes([len(text[i : i + 255])]) + text[i : i + 255] for i in range(0, len(text), 255)
            )
            answer = b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(strings)) + strings
        # A reply; not found unless there is a record.
        flags = 0x8580 if answer else 0x8583
        header = query[:2] + struct.pack(">HHHHH", flags, 1, 1 if answer else 0, 0, 0)
        server.sendto(header + asked + answer, client)


def main(folder):
    records = {}
    with open(os.path.join(folder, "dns.txt"), "rb") as dns:
        for line in dns:
            name, text = line.rstrip(b"\n").split(b" ", 1)
            records[name.decode("latin-1").lower()] = text
    isolate(folder)
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    threading.Thread(target=serve, args=(server, records), daemon=True).start()
    for path in sorted(glob.glob(os.path.join(folder, "*.eml"))):
        with open(path, "rb") as message:
            done = subprocess.run(
                ["opendkim-testmsg", "-t", folder],
                stdin=message,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=60,
            )
        words = " ".join(done.stdout.decode("latin-1").split())
        result = "pass" if done.returncode == 0 and not words else "fail"
        print("\t".join([os.path.basename(path), "*", result, words or str(done.returncode)]))


main(sys.argv[1])

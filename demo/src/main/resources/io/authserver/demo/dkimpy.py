"""Verifies messages with dkimpy.

usage: dkimpy.py RECORDS, a file with a JSON object: name without final dot -> value of the TXT record.

Says in its first line what it can do, as {"ed25519": true}. Then reads messages from standard input,
each after a line with its length in bytes, and answers each with a line: a list of objects with d, s,
a and result, one for each DKIM-Signature field, topmost first.
"""

import json
import logging
import sys

import dkim

try:
    import nacl.signing  # noqa: F401

    ED25519 = True
except ImportError:
    ED25519 = False

logging.disable(logging.CRITICAL)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        records = json.load(file)

    def lookup(name, timeout=5):
        text = name.decode("ascii") if isinstance(name, bytes) else name
        value = records.get(text.rstrip("."))
        return None if value is None else value.encode("ascii")

    def verify(message, index):
        verifier = dkim.DKIM(message)
        try:
            passed = verifier.verify(idx=index, dnsfunc=lookup)
            result = "pass" if passed else "fail"
        except Exception as error:  # dkimpy lets errors of its own and of nacl through
            result = "fail: %s" % error
        tags = verifier.signature_fields
        return {
            "d": tags.get(b"d", b"").decode("ascii", "replace"),
            "s": tags.get(b"s", b"").decode("ascii", "replace"),
            "a": tags.get(b"a", b"").decode("ascii", "replace"),
            "result": result,
        }

    answer({"ed25519": ED25519})
    while True:
        length = sys.stdin.buffer.readline()
        if not length:
            return
        message = sys.stdin.buffer.read(int(length))
        header, _, _ = message.partition(b"\r\n\r\n")
        lines = header.lower().split(b"\r\n")
        count = sum(1 for line in lines if line.partition(b":")[0].rstrip() == b"dkim-signature")
        answer([verify(message, index) for index in range(count)])


def answer(value):
    print(json.dumps(value), flush=True)


main()

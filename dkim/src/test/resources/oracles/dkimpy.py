"""Verifies every DKIM signature of the messages in a folder with dkimpy.

argv: the folder, with dns.txt (a name, a space, the TXT record, one a line) and *.eml.
Prints for each signature: file, selector, pass or fail, detail, separated by tabs.
"""
import glob
import os
import sys

import dkim


def main(folder):
    records = {}
    with open(os.path.join(folder, "dns.txt"), "rb") as dns:
        for line in dns:
            name, text = line.rstrip(b"\n").split(b" ", 1)
            records[name.lower()] = text

    def lookup(name, timeout=5):
        if isinstance(name, str):
            name = name.encode("idna" if not name.isascii() else "ascii")
        return records.get(name.rstrip(b".").lower())

    for path in sorted(glob.glob(os.path.join(folder, "*.eml"))):
        with open(path, "rb") as message:
            content = message.read()
        try:
            verifier = dkim.DKIM(content, minkey=1024)
        except dkim.DKIMException as refused:
            print("\t".join([os.path.basename(path), "*", "unread", type(refused).__name__]))
            continue
        count = sum(1 for name, _ in verifier.headers if name.lower() == b"dkim-signature")
        for index in range(count):
            detail = ""
            try:
                passed = verifier.verify(idx=index, dnsfunc=lookup)
            except Exception as failure:
                passed = False
                detail = "%s: %s" % (type(failure).__name__, failure)
            fields = getattr(verifier, "signature_fields", None) or {}
            selector = fields.get(b"s", b"?").decode("latin-1")
            words = " ".join(detail.split())
            print(
                "\t".join(
                    [os.path.basename(path), selector, "pass" if passed else "fail", words]
                )
            )


main(sys.argv[1])

"""Reads a message from standard input and prints what Python's own parser finds in it."""

import email
import email.policy
import sys

# compat32 gives fields as they are; message/delivery-status is read as blocks of fields
message = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.compat32)
for part in message.walk():
    for defect in part.defects:
        print("defect", type(defect).__name__)
print("type", message.get_content_type(), message.get_param("report-type"))
for name in ("Date", "Message-ID", "From", "To", "Auto-Submitted", "MIME-Version"):
    print(name, len(message.get_all(name, [])), message[name])
for part in message.get_payload():
    kind = part.get_content_type()
    print("part", kind, part["Content-Transfer-Encoding"])
    if kind == "message/delivery-status":
        for number, block in enumerate(part.get_payload()):
            for name, value in block.items():
                print(number, name, " ".join(value.split()))
    elif part.get_content_maintype() == "text":
        text = part.get_payload(decode=True).decode("utf-8", "backslashreplace")
        for line in text.splitlines():
            print("|" + line)
    else:
        inner = part.get_payload()[0]
        print("inner", inner["Subject"])

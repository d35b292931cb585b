package io.authserver.mailforwarder.fanout;

import io.authserver.db.alias.FinalAddress;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** The fields that a copy gets on top of what came in, which is not touched. */
final class CopyFields {
  static final String DELIVERED_TO = "Delivered-To";

  /** A field with an address alone is shorter, however much of it is quoted. */
  static final int MOST_BYTES = 2048;

  private CopyFields() {}

  /**
   * Returns the fields of a copy: Delivered-To for a forwarded one, the mark where it gets one, our
   * trace field for every one, right below the mark.
   *
   * @param mark the origin mark, made for this trace field
   */
  static byte[] of(LegKey key, byte[] mark, byte[] receivedField) {
    ByteArrayOutputStream fields = new ByteArrayOutputStream();
    key.deliveredTo()
        .map(address -> DELIVERED_TO + ": " + address + "\r\n")
        .ifPresent(line -> fields.writeBytes(line.getBytes(StandardCharsets.UTF_8)));
    if (key.marked()) {
      fields.writeBytes(mark);
    }
    fields.writeBytes(receivedField);
    return fields.toByteArray();
  }

  /** Returns the addresses that have expanded a message before, folded. */
  static Set<String> deliveredTo(HeaderSection header) {
    Set<String> addresses = new HashSet<>();
    for (HeaderField field : header.all(DELIVERED_TO)) {
      if (field.length() > MOST_BYTES) {
        continue;
      }
      String value = new String(field.value(), StandardCharsets.UTF_8).strip();
      Mailbox.tryParse(value).map(FinalAddress::folded).ifPresent(addresses::add);
    }
    return addresses;
  }
}

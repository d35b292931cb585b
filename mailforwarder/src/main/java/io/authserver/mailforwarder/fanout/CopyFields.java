package io.authserver.mailforwarder.fanout;

import io.authserver.db.alias.FinalAddress;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.OriginMark;
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
   * Returns the fields of a copy: for a forwarded one the origin mark and Delivered-To, for every
   * one our trace field.
   */
  static byte[] of(LegKey key, boolean submitted, byte[] receivedField) {
    ByteArrayOutputStream fields = new ByteArrayOutputStream();
    if (key.isForwarded()) {
      // On top of any mark that came from outside; what reads them believes the worst of all.
      fields.writeBytes(new OriginMark(submitted).toField());
      String line = DELIVERED_TO + ": " + key.deliveredTo().orElseThrow() + "\r\n";
      fields.writeBytes(line.getBytes(StandardCharsets.UTF_8));
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

package io.authserver.mailforwarder.notify;

import jakarta.activation.DataHandler;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimeUtility;
import jakarta.mail.internet.PreencodedMimeBodyPart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A multipart/report (RFC 6522 §3) whose parts are written as they are, or encoded for 7 bits. */
final class ReportMultipart extends MimeMultipart {
  private boolean eightBit;

  ReportMultipart() throws MessagingException {
    super("report");
    ContentType type = new ContentType(contentType);
    type.setParameter("report-type", "delivery-status");
    contentType = type.toString();
  }

  /** Completes the fields of the parts, before it is written. */
  void prepare() throws MessagingException {
    updateHeaders();
  }

  /** Returns whether a part has bytes beyond ASCII. */
  boolean isEightBit() {
    return eightBit;
  }

  /** Adds a part as it is. */
  void add(String type, byte[] content) throws MessagingException {
    boolean ascii = isAscii(content);
    eightBit |= !ascii;
    add(type, ascii ? "7bit" : "8bit", content);
  }

  /** Adds a part, quoted-printable unless it is short lines of ASCII. */
  void addEncoded(String type, byte[] content) throws MessagingException, IOException {
    if (isAscii(content) && isLines(content)) {
      add(type, "7bit", content);
      return;
    }
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    try (OutputStream encoder = MimeUtility.encode(encoded, "quoted-printable")) {
      encoder.write(content);
    }
    add(type, "quoted-printable", encoded.toByteArray());
  }

  private void add(String type, String encoding, byte[] content) throws MessagingException {
    PreencodedMimeBodyPart part = new PreencodedMimeBodyPart(encoding);
    part.setDataHandler(new DataHandler(new ByteArrayDataSource(content, type)));
    part.setHeader("Content-Type", type);
    addBodyPart(part);
  }

  static boolean isAscii(byte[] content) {
    for (byte b : content) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether 7bit and 8bit allow this (RFC 2045 §2.7): no NUL, no line over 998 octets. */
  static boolean isLines(byte[] content) {
    int length = 0;
    for (byte b : content) {
      length = b == '\n' ? 0 : length + 1;
      // the CR is counted with its line
      if (b == 0 || length > 999) {
        return false;
      }
    }
    return true;
  }
}

package io.authserver.smtp.server;

import io.authserver.smtp.address.ForwardPath;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes the Received field (RFC 5321 §4.4). */
final class TraceField {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  /** The date of a second, written once for all messages of it; any thread replaces it. */
  private static volatile Written latest = new Written(0, DATE.format(Instant.EPOCH));

  private record Written(long epochSecond, String date) {}

  private TraceField() {}

  /**
   * Returns the field, CRLF included.
   *
   * @param smtpUtf8 whether MAIL said SMTPUTF8
   * @param single the recipient where there is only one, else null: several would tell a recipient
   *     of the others (RFC 5321 §7.2)
   */
  static byte[] received(
      ClientSession session,
      String hostName,
      String id,
      boolean smtpUtf8,
      @Nullable ForwardPath single,
      Instant now) {
    StringBuilder field = new StringBuilder(200);
    field.append("Received: from ").append(safeName(session.clientName()));
    field.append(" (").append(addressLiteral(session.clientAddress().getAddress())).append(")");
    field.append("\r\n\tby ").append(hostName).append(" with ").append(protocol(session, smtpUtf8));
    field.append(" id ").append(id);
    if (single != null) {
      field.append("\r\n\tfor ").append(single);
    }
    field.append(";\r\n\t").append(date(now)).append("\r\n");
    return field.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String date(Instant now) {
    Written written = latest;
    if (written.epochSecond() != now.getEpochSecond()) {
      written = new Written(now.getEpochSecond(), DATE.format(now));
      latest = written;
    }
    return written.date();
  }

  /** Returns the protocol word: RFC 3848, and RFC 6531 §4.3 for the UTF8 ones. */
  private static String protocol(ClientSession session, boolean smtpUtf8) {
    boolean tls = session.tlsProtocol() != null;
    if (!session.extended()) {
      return "SMTP";
    }
    return (smtpUtf8 ? "UTF8SMTP" : "ESMTP") + (tls ? "S" : "");
  }

  static String addressLiteral(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    if (scope >= 0) {
      text = text.substring(0, scope);
    }
    return address instanceof Inet6Address ? "[IPv6:" + text + "]" : "[" + text + "]";
  }

  /** Returns what the client said, with what does not belong into the field as question marks. */
  private static String safeName(String name) {
    StringBuilder safe = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean allowed =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || ".-_:[]".indexOf(c) >= 0;
      safe.append(allowed ? c : '?');
    }
    return safe.toString();
  }
}

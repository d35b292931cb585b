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
    field.append(";\r\n\t").append(DATE.format(now)).append("\r\n");
    return field.toString().getBytes(StandardCharsets.UTF_8);
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

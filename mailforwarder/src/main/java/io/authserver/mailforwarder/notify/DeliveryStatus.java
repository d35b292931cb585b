package io.authserver.mailforwarder.notify;

import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.reply.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes the machine-readable part of a notification (RFC 3464 §2). ASCII only. */
final class DeliveryStatus {
  /** The date-time of RFC 5322 §3.3. */
  static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final int MAX_DIAGNOSTIC = 800;

  private final StringBuilder text = new StringBuilder();

  private DeliveryStatus() {}

  static byte[] write(
      String reportingMta,
      Instant arrived,
      @Nullable String envid,
      List<Refusal> refusals,
      boolean mayReadTargets) {
    DeliveryStatus status = new DeliveryStatus();
    if (envid != null) {
      status.field("Original-Envelope-Id", decodeXtext(envid));
    }
    status.field("Reporting-MTA", "dns; " + reportingMta);
    status.field("Arrival-Date", DATE.format(arrived));
    for (Refusal refusal : refusals) {
      status.recipient(refusal, mayReadTargets);
    }
    return status.text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private void recipient(Refusal refusal, boolean mayReadTargets) {
    text.append("\r\n");
    String orcpt = refusal.recipient().parameters().orcpt();
    if (orcpt != null) {
      int semicolon = orcpt.indexOf(';');
      field(
          "Original-Recipient",
          orcpt.substring(0, semicolon + 1) + " " + decodeXtext(orcpt.substring(semicolon + 1)));
    }
    boolean named = mayReadTargets && refusal.hiddenTarget().isPresent();
    field(
        "Final-Recipient",
        named
            ? typed(refusal.hiddenTarget().orElseThrow())
            : typed(refusal.recipient().forwardPath()));
    field("Action", "failed");
    Reply reply = refusal.reply();
    field(
        "Status",
        reply.enhancedStatusCode() == null ? "5.0.0" : reply.enhancedStatusCode().toString());
    // What a next hop says may name the address that refused.
    if (mayReadTargets || refusal.hiddenTarget().isEmpty()) {
      String diagnostic = reply.toString();
      field(
          "Diagnostic-Code",
          "smtp; " + diagnostic.substring(0, Math.min(diagnostic.length(), MAX_DIAGNOSTIC)));
    }
  }

  private static String typed(ForwardPath path) {
    return switch (path) {
      case ForwardPath.Address(Mailbox mailbox) -> typed(mailbox);
      case ForwardPath.Postmaster() -> "rfc822; postmaster";
    };
  }

  /** RFC 6533 §3: an address outside ASCII has its own type and stands in ASCII as well. */
  private static String typed(Mailbox mailbox) {
    return (mailbox.isAscii() ? "rfc822; " : "utf-8; ") + mailbox;
  }

  private void field(String name, String value) {
    text.append(name).append(": ");
    value
        .codePoints()
        .forEach(
            c -> {
              if (c > 0x7e) {
                // RFC 6533 §3: utf-8-addr-xtext
                text.append("\\x{")
                    .append(Integer.toHexString(c).toUpperCase(Locale.ROOT))
                    .append('}');
              } else {
                text.append(c < 0x20 ? '?' : (char) c);
              }
            });
    text.append("\r\n");
  }

  /** Undoes the xtext of RFC 3461 §4: {@code +XX} is a character. */
  static String decodeXtext(String xtext) {
    StringBuilder decoded = new StringBuilder();
    for (int i = 0; i < xtext.length(); i++) {
      char c = xtext.charAt(i);
      if (c == '+' && i + 2 < xtext.length()) {
        int high = Character.digit(xtext.charAt(i + 1), 16);
        int low = Character.digit(xtext.charAt(i + 2), 16);
        if (high >= 0 && low >= 0) {
          decoded.append((char) (high << 4 | low));
          i += 2;
          continue;
        }
      }
      decoded.append(c);
    }
    return decoded.toString();
  }

  static byte[] utf8(CharSequence text) {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}

package io.authserver.mailforwarder.notify;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.reply.Reply;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes the machine-readable part of a notification: message/delivery-status (RFC 3464 §2), or
 * message/global-delivery-status (RFC 6533 §4) for who reads addresses in UTF-8.
 *
 * <p>There is no Remote-MTA: what refuses is the site's own next hop, on loopback.
 */
final class DeliveryStatus {
  /** The date-time of RFC 5322 §3.3. */
  static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** Characters of a next hop's reply in a field, and in the part that people read. */
  private static final int MAX_DIAGNOSTIC = 800;

  private final String hostName;
  private final boolean utf8;
  private final boolean mayReadTargets;
  private final Instant now;
  private final StatusFields fields;

  private DeliveryStatus(String hostName, boolean utf8, boolean mayReadTargets, Instant now) {
    this.hostName = hostName;
    this.utf8 = utf8;
    this.mayReadTargets = mayReadTargets;
    this.now = now;
    this.fields = new StatusFields(utf8);
  }

  /**
   * Writes it.
   *
   * @param hostName the MTA that reports
   * @param utf8 whether its reader takes UTF-8
   * @param envid the ENVID of the message as xtext, where its reader has given it
   */
  static byte[] write(
      String hostName,
      boolean utf8,
      boolean mayReadTargets,
      Instant arrived,
      Instant now,
      @Nullable String envid,
      List<? extends Notice> notices) {
    DeliveryStatus status = new DeliveryStatus(hostName, utf8, mayReadTargets, now);
    if (envid != null) {
      // RFC 3464 §2.2.1: as the sender meant it, before it was xtext
      status.fields.words("Original-Envelope-Id", StatusFields.decodeXtext(envid));
    }
    status.fields.words("Reporting-MTA", "dns; " + hostName);
    status.fields.words("Arrival-Date", DATE.format(arrived));
    for (Notice notice : notices) {
      status.fields.blank();
      status.notice(notice);
    }
    return status.fields.bytes();
  }

  private void notice(Notice notice) {
    String orcpt = notice.recipient().parameters().orcpt();
    if (orcpt != null) {
      originalRecipient(orcpt);
    }
    switch (notice) {
      case Refusal refusal -> refused(refusal);
      case Arrival arrival -> {
        finalRecipient(arrival.recipient().forwardPath());
        fields.words("Action", arrival.expanded() ? "expanded" : "delivered");
        fields.words("Status", "2.0.0");
      }
    }
  }

  private void refused(Refusal refusal) {
    ForwardPath refused =
        mayReadTargets && refusal.hiddenTarget().isPresent()
            ? new ForwardPath.Address(refusal.hiddenTarget().get())
            : refusal.recipient().forwardPath();
    finalRecipient(refused);
    fields.words("Action", "failed");
    Reply reply = refusal.reply();
    fields.words(
        "Status",
        reply.enhancedStatusCode() == null ? "5.0.0" : reply.enhancedStatusCode().toString());
    // What a next hop says may name the address that refused.
    if (mayReadTargets || refusal.hiddenTarget().isEmpty()) {
      fields.words("Diagnostic-Code", "smtp; " + bounded(reply));
    }
    fields.words("Last-Attempt-Date", DATE.format(now));
  }

  static String bounded(Reply reply) {
    return Reply.shortened(reply.toString(), MAX_DIAGNOSTIC);
  }

  /** RFC 3464 §2.3.1: as the sender gave it. */
  private void originalRecipient(String orcpt) {
    int semicolon = orcpt.indexOf(';');
    String type = orcpt.substring(0, semicolon);
    String address = orcpt.substring(semicolon + 1);
    // RFC 6533 §3: addresses of this type have an encoding of their own
    boolean plain = !AsciiCase.equal(type, "utf-8");
    fields.address("Original-Recipient", type, plain ? StatusFields.decodeXtext(address) : address);
  }

  private void finalRecipient(ForwardPath path) {
    Mailbox mailbox =
        switch (path) {
          case ForwardPath.Address(Mailbox address) -> address;
          case ForwardPath.Postmaster() -> new Mailbox("postmaster", hostName);
        };
    if (mailbox.isAscii()) {
      fields.address("Final-Recipient", "rfc822", mailbox.toString());
    } else {
      String address = mailbox.toString();
      fields.address("Final-Recipient", "utf-8", utf8 ? address : StatusFields.addrXtext(address));
    }
  }
}

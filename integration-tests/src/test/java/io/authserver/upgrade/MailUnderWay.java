package io.authserver.upgrade;

import java.nio.charset.StandardCharsets;

/**
 * Messages that the former revision brought to some of their addressees before it answered 451, and
 * that OpenSMTPD will send again, byte for byte, after the upgrade.
 */
enum MailUnderWay {
  /** A member's server is down. */
  CREW("crew@garden.example"),
  /** The same by way of an extension. */
  CREW_BY_EXTENSION("crew-list+night@garden.example"),
  /** One member is refused for good, one for now. */
  MIXED("mixed@garden.example"),
  /** The member that is refused for now is one of a list within the list. */
  NEST("nest@garden.example"),
  /** Members whose addresses differ in the case of a letter outside ASCII. */
  ACCENTS("accents@garden.example"),
  /** A domain's catch-all leads to a list. */
  CAUGHT("anybody@caught.example");

  /** Who sends them. */
  static final String SENDER = "customer@shop.test";

  private final String recipient;

  MailUnderWay(String recipient) {
    this.recipient = recipient;
  }

  String recipient() {
    return recipient;
  }

  /** Returns the message, as it stands in OpenSMTPD's queue. */
  byte[] content() {
    return String.join(
            "\r\n",
            "Received: from mx.shop.test (mx.shop.test [192.0.2.25])",
            "\tby mail.garden.example (OpenSMTPD) with ESMTP id 0badc0de",
            "\tfor <" + recipient + ">;",
            "\tMon, 30 Nov 2026 10:00:00 +0000 (UTC)",
            "From: customer@shop.test",
            "To: " + recipient,
            "Subject: " + name(),
            "Date: Mon, 30 Nov 2026 09:59:58 +0000",
            "Message-ID: <" + name() + "@shop.test>",
            "",
            "Is it ripe?",
            ".",
            "")
        .getBytes(StandardCharsets.US_ASCII);
  }
}

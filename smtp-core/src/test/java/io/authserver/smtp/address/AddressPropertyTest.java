package io.authserver.smtp.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Addresses that are generated: what is printed is read back, and garbage never throws. */
class AddressPropertyTest {
  private static final String[] LITERALS = {
    "[192.0.2.1]", "[255.255.255.255]", "[IPv6:::1]", "[ipv6:2001:DB8::192.0.2.1]", "[x-y:!z^~]"
  };
  private static final String[] PIECES = {
    "FROM:",
    "TO:",
    "<",
    ">",
    "@",
    "\"",
    "\\",
    ".",
    ",",
    ":",
    "[",
    "]",
    "IPv6:",
    "192.0.2.1",
    " ",
    "a",
    "example.org",
    "ü",
    "\ud83d\ude00",
    "\u3002",
    "\uff20",
    "\u00ad",
    "\u200d",
    "xn--",
    "-",
    "_",
    "+",
    "=",
    "SIZE=",
    "BODY=",
    "8BITMIME",
    "SMTPUTF8",
    "RET=",
    "ENVID=",
    "NOTIFY=",
    "ORCPT=",
    "rfc822;",
    "utf-8;",
    "\\x{",
    "}",
    "+4",
    "NEVER",
    "99999999999999999999",
    "\ud800",
    "\u0000",
    "\t",
    "postmaster"
  };

  @Test
  @DisplayName("RFC 5321 §4.1.2, RFC 6531 §3.3: parse(print(x)) equals x")
  void whatIsPrintedIsReadBack() {
    Random random = new Random(20261122);
    for (int i = 0; i < 5_000; i++) {
      Mailbox mailbox = new Mailbox(localPart(random), domain(random));
      assertEquals(mailbox, Mailbox.parse(mailbox.toString()), mailbox::toString);
      ReversePath path = new ReversePath.Address(mailbox);
      String mail = "FROM:" + path + " SMTPUTF8";
      assertTrue(
          EnvelopeParser.parseMail(mail) instanceof Parsed.Value<Sender>(Sender sender)
              && sender.reversePath().equals(path),
          mail);
      String rcpt = "TO:" + new ForwardPath.Address(mailbox);
      assertTrue(
          EnvelopeParser.parseRecipient(rcpt, true)
                  instanceof Parsed.Value<Recipient>(Recipient recipient)
              && recipient.forwardPath().equals(new ForwardPath.Address(mailbox)),
          rcpt);
    }
  }

  @Test
  @DisplayName("RFC 5321 §4.1.2: garbage is refused, or read into something that prints and reads")
  void garbageNeverThrows() {
    Random random = new Random(7);
    for (int i = 0; i < 30_000; i++) {
      StringBuilder garbage = new StringBuilder(i % 2 == 0 ? "FROM:<" : "TO:<");
      for (int length = random.nextInt(12); length > 0; length--) {
        garbage.append(PIECES[random.nextInt(PIECES.length)]);
      }
      String text = garbage.toString();
      if (EnvelopeParser.parseMail(text) instanceof Parsed.Value<Sender>(Sender sender)) {
        String printed = "FROM:" + sender.reversePath() + " SMTPUTF8";
        assertTrue(EnvelopeParser.parseMail(printed) instanceof Parsed.Value<Sender>, printed);
      }
      if (EnvelopeParser.parseRecipient(text, true)
          instanceof Parsed.Value<Recipient>(Recipient recipient)) {
        String printed = "TO:" + recipient.forwardPath();
        assertTrue(
            EnvelopeParser.parseRecipient(printed, true) instanceof Parsed.Value<Recipient>,
            printed);
      }
      assertNotNull(Mailbox.tryParse(text.substring(text.indexOf('<') + 1)));
    }
  }

  @Test
  @DisplayName("RFC 5321 §4.5.3.1.1, §4.5.3.1.2: lengths are octets, not characters")
  void lengthsAreOctets() {
    assertTrue(Mailbox.tryParse("l".repeat(64) + "@example.org").isPresent());
    assertTrue(Mailbox.tryParse("ü".repeat(32) + "@example.org").isPresent());
    assertTrue(Mailbox.tryParse("ü".repeat(127) + "@example.org").isPresent());
    assertTrue(Mailbox.tryParse("ü".repeat(128) + "@example.org").isEmpty());
    assertTrue(Mailbox.tryParse("l".repeat(256) + "@example.org").isEmpty());
    String labels = "ü.".repeat(86);
    assertTrue(Mailbox.tryParse("a@" + labels + "example").isEmpty());
  }

  private static String localPart(Random random) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(40);
    boolean wild = random.nextBoolean();
    while (length-- > 0) {
      switch (random.nextInt(wild ? 8 : 3)) {
        case 0, 1 -> text.append((char) ('a' + random.nextInt(26)));
        case 2 -> text.append(".+-_'!".charAt(random.nextInt(6)));
        case 3 -> text.append((char) (' ' + random.nextInt(95)));
        case 4 -> text.append("\"\\@<>()[],;: ".charAt(random.nextInt(13)));
        case 5 -> text.append((char) (0xa1 + random.nextInt(0x500)));
        case 6 -> text.appendCodePoint(0x1f600 + random.nextInt(64));
        default -> text.append((char) (0x4e00 + random.nextInt(1000)));
      }
    }
    return text.toString();
  }

  private static String domain(Random random) {
    if (random.nextInt(5) == 0) {
      return LITERALS[random.nextInt(LITERALS.length)];
    }
    StringBuilder text = new StringBuilder();
    for (int labels = 1 + random.nextInt(4); labels > 0; labels--) {
      if (!text.isEmpty()) {
        text.append('.');
      }
      text.append((char) ('a' + random.nextInt(26)));
      for (int rest = random.nextInt(8); rest > 0; rest--) {
        text.append("abcXYZ019-_ü".charAt(random.nextInt(12)));
      }
      text.append(random.nextInt(10));
    }
    return text.toString();
  }
}

package io.authserver.mailforwarder.srs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.address.Mailbox;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Round trips of random senders, and random return addresses, from fixed seeds. */
final class SrsFuzzTest {
  private static final int SENDERS = 20_000;
  private static final Instant BEGIN = Instant.parse("2026-03-04T05:06:07Z");

  private static final List<String> PIECES =
      List.of(
          "SRS0",
          "srs1",
          "SRS1",
          "SRS1=hash=first.example=",
          "=",
          "==",
          "+",
          "-",
          ".",
          "..",
          "@",
          "\"",
          "\\",
          " ",
          "~",
          "a",
          "bob",
          "Z",
          "2",
          "AA",
          "x.example",
          "[192.0.2.1]",
          "ö",
          "\u212a",
          "%",
          "!",
          "/",
          "{",
          "first.example",
          "aaaaaaaaaaaaaaaaaaaaaaaaa");
  private static final List<String> DOMAINS =
      List.of(
          "x.example",
          "X.Example",
          "a",
          "my_host.example",
          "[192.0.2.1]",
          "[IPv6:::1]",
          "xn--gre-6ka8i.example",
          "a-very-long-name-of-a-host.below.another.one.example");

  private static String text(SplittableRandom random, int pieces) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(1, pieces); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }

  private static boolean isDotString(String localPart) {
    return localPart.matches(
        "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");
  }

  /** Where a bounce has to come out: the sender, or the first forwarder that a sender names. */
  private static boolean leadsTo(String address, String localPart, String domain) {
    if (AsciiCase.equal(address, localPart + "@" + domain)) {
      return true;
    }
    String[] parts = localPart.split("=", 3);
    return AsciiCase.lower(localPart).matches("(?s)srs1[-+=].*")
        && parts.length == 3
        && localPart.endsWith(address.substring(4, address.lastIndexOf('@')))
        && localPart.contains("=" + address.substring(address.lastIndexOf('@') + 1) + "=");
  }

  @ParameterizedTest
  @EnumSource(SrsForm.class)
  void everySenderIsFoundAgain(SrsForm form) {
    SplittableRandom random = new SplittableRandom(13);
    Srs srs =
        new Srs(
            List.of(SrsSecret.of("the one that signs"), SrsSecret.of("the one before")),
            new SrsForms(form, null));
    int tokens = 0;
    int forwarders = 0;
    for (int i = 0; i < SENDERS; i++) {
      String localPart = text(random, 8);
      String domain = DOMAINS.get(random.nextInt(DOMAINS.size()));
      Instant made = BEGIN.plus(Duration.ofHours(random.nextInt(100_000)));
      Instant back = made.plus(Duration.ofDays(random.nextInt(22)));
      Srs.Rewritten rewritten = srs.rewrite(localPart, domain, made);
      String address = rewritten.localPart();
      String why = i + ": " + localPart + "@" + domain + " as " + address;
      assertTrue(isDotString(address), why);
      assertTrue(address.getBytes(StandardCharsets.UTF_8).length <= 64, why);
      SrsToken token = rewritten.token();
      switch (srs.reverse(address, back)) {
        case SrsReversal.Original(String user, String host) -> {
          assertEquals(null, token, why);
          assertTrue(leadsTo(user + "@" + host, localPart, domain), why + " to " + user + host);
          forwarders += host.equals(domain) ? 0 : 1;
          // And once more, through the next forwarder.
          Srs.Rewritten again = srs.rewrite(address, "fwd.example", made);
          assertTrue(isDotString(again.localPart()), why);
        }
        case SrsReversal.Token(String found) -> {
          tokens++;
          assertTrue(token != null && token.token().equals(found), why);
          assertTrue(leadsTo(token.address(), localPart, domain), why + " to " + token);
        }
        case SrsReversal other -> throw new AssertionError(why + ": " + other);
      }
      // Servers fold on the way.
      assertEquals(
          srs.reverse(address, back).getClass(),
          srs.reverse(AsciiCase.lower(address), back).getClass(),
          why);
      assertNotEquals(new SrsReversal.BadHash(), srs.reverse(AsciiCase.upper(address), back), why);
    }
    assertTrue(tokens > SENDERS / 10 && tokens < SENDERS, tokens + " tokens");
    assertTrue(forwarders > 20, forwarders + " first forwarders");
  }

  /** One letter that differs, and no secret of ours has made it. */
  @ParameterizedTest
  @EnumSource(SrsForm.class)
  void aChangedAddressIsNobodys(SrsForm form) {
    SplittableRandom random = new SplittableRandom(21);
    Srs srs = new Srs(List.of(SrsSecret.of("the one that signs")), new SrsForms(form, null));
    int forged = 0;
    for (int i = 0; i < SENDERS; i++) {
      String sender = "user" + i;
      String made = srs.rewrite(sender, "host" + i % 7 + ".example", BEGIN).localPart();
      char[] changed = made.toCharArray();
      int place = random.nextInt(5, changed.length);
      changed[place] = "abcdefghijklmnopqrstuvwxyz234567=.".charAt(random.nextInt(34));
      String address = new String(changed);
      if (AsciiCase.equal(address, made)) {
        continue;
      }
      SrsReversal reversal = srs.reverse(address, BEGIN);
      if (!(reversal instanceof SrsReversal.BadHash)) {
        forged++;
      }
    }
    // Of Mail::SRS: 20 bits, and separators that do not count.
    assertTrue(form == SrsForm.MAILSRS ? forged < 100 : forged == 0, forged + " forged");
  }

  /** Whatever somebody writes, it is read or refused. */
  @ParameterizedTest
  @EnumSource(SrsForm.class)
  void anythingIsRead(SrsForm form) {
    SplittableRandom random = new SplittableRandom(34);
    Srs srs = new Srs(List.of(SrsSecret.of("the one that signs")), new SrsForms(form, BEGIN));
    for (int i = 0; i < SENDERS; i++) {
      String localPart =
          (random.nextBoolean() ? "SRS" + random.nextInt(2) + "=" : "") + text(random, 12);
      SrsReversal reversal = srs.reverse(localPart, BEGIN);
      assertTrue(
          reversal instanceof SrsReversal.NotSrs || reversal instanceof SrsReversal.BadHash,
          localPart);
      assertTrue(new Mailbox(localPart, "x.example").toString().length() > 0);
    }
  }
}

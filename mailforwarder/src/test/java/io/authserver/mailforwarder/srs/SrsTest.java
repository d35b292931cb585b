package io.authserver.mailforwarder.srs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.mailforwarder.srs.SrsVectors.Vector;
import io.authserver.smtp.address.AsciiCase;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SrsTest {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final Srs SRS = new Srs(List.of(SrsSecret.of("tops3cr3t")));

  static List<Vector> forwardVectors() throws IOException {
    return SrsVectors.all().stream().filter(v -> v.get("op").equals("forward")).toList();
  }

  static List<Vector> reverseVectors() throws IOException {
    return SrsVectors.all().stream().filter(v -> v.get("op").startsWith("reverse")).toList();
  }

  @Test
  void theFileHasAllVectors() throws IOException {
    assertEquals(100, forwardVectors().size());
    assertEquals(8, reverseVectors().size());
  }

  @ParameterizedTest
  @MethodSource("forwardVectors")
  void rewritesAndReversesAsMailSrsDoes(Vector vector) {
    String sender = vector.get("sender");
    int at = sender.lastIndexOf('@');
    String made =
        vector.srs().forward(sender.substring(0, at), sender.substring(at + 1), vector.time());

    assertEquals(vector.get("result"), made + "@" + vector.get("alias"));
    SrsReversal.Original original =
        assertInstanceOf(
            SrsReversal.Original.class, vector.srs().reverse(made, vector.time()), made);
    assertEquals(vector.get("reverse"), original.localPart() + "@" + original.domain());
  }

  @ParameterizedTest
  @MethodSource("reverseVectors")
  void acceptsAndRefusesAsMailSrsDoes(Vector vector) {
    String address = vector.get("address");
    String localPart = address.substring(0, address.lastIndexOf('@'));

    SrsReversal reversal = vector.srs().reverse(localPart, vector.time());

    if (!vector.failed()) {
      SrsReversal.Original original = assertInstanceOf(SrsReversal.Original.class, reversal);
      assertEquals(vector.get("result"), original.localPart() + "@" + original.domain());
    } else if (vector.get("error").contains("Invalid hash")) {
      assertInstanceOf(SrsReversal.BadHash.class, reversal);
    } else {
      assertTrue(vector.get("error").contains("Invalid timestamp"));
      assertInstanceOf(SrsReversal.BadTimestamp.class, reversal);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0,true",
    "21,true",
    "22,false",
    "1023,false",
    "1024,true",
    "1045,true",
    "1046,false"
  })
  void anAddressLivesTwentyOneDays(int days, boolean accepted) {
    String made = SRS.forward("bob", "x.example", NOW);
    SrsReversal reversal = SRS.reverse(made, NOW.plus(Duration.ofDays(days)));
    assertEquals(accepted, reversal instanceof SrsReversal.Original);
  }

  @ParameterizedTest
  @ValueSource(strings = {"=", "+", "-"})
  void everySeparatorReverses(String separator) {
    String srs0 = SRS.forward("bob", "x.example", NOW).replaceFirst("SRS0=", "SRS0" + separator);
    assertEquals(new SrsReversal.Original("bob", "x.example"), SRS.reverse(srs0, NOW));
    String srs1 = SRS.forward("srs0-ab=cd=y.example=eve", "f.example", NOW);
    assertEquals(
        new SrsReversal.Original("SRS0-ab=cd=y.example=eve", "f.example"),
        SRS.reverse(srs1.replaceFirst("SRS1=", "srs1" + separator), NOW));
  }

  @Test
  void aHashIsAcceptedInAnyCase() {
    String made = SRS.forward("bob", "x.example", NOW);
    assertInstanceOf(SrsReversal.Original.class, SRS.reverse(made.toLowerCase(Locale.ROOT), NOW));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SRS0=",
        "SRS0=abcd",
        "SRS0=abcd=AA",
        "SRS0=abcd=AA=x.example",
        "SRS0=abcd=AA=x.example=bob",
        "SRS0====",
        "SRS1=abcd=x.example",
        "SRS1=abcd==ab",
        "SRS1=x",
        "srs0+abcdefghijklmnopqrstuvwxyz0123456789=AA=x.example=bob"
      })
  void whatNoSecretMadeIsABadHash(String localPart) {
    assertInstanceOf(SrsReversal.BadHash.class, SRS.reverse(localPart, NOW));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bob", "srs0", "SRS2=a=b=c=d", "xSRS0=a=b=c=d", "srs", ""})
  void anOrdinaryAddressIsNotSrs(String localPart) {
    assertInstanceOf(SrsReversal.NotSrs.class, SRS.reverse(localPart, NOW));
    assertFalse(Srs.hasTag(localPart));
  }

  @ParameterizedTest
  @ValueSource(strings = {"A", "AAA", "1A", "A!", ""})
  void aTimestampThatIsNoneIsRefusedEvenWithOurHash(String timestamp) {
    String hash = SrsSecret.of("tops3cr3t").digest(timestamp, "x.example", "bob").substring(0, 4);
    assertInstanceOf(
        SrsReversal.BadTimestamp.class,
        SRS.reverse("SRS0=" + hash + "=" + timestamp + "=x.example=bob", NOW));
  }

  @Test
  void theFirstSecretSignsAndAllVerify() {
    Srs old = new Srs(List.of(SrsSecret.of("old")));
    Srs both = new Srs(List.of(SrsSecret.of("new"), SrsSecret.of("old")));
    Srs fresh = new Srs(List.of(SrsSecret.of("new")));
    SrsReversal original = new SrsReversal.Original("bob", "x.example");

    assertEquals(original, both.reverse(old.forward("bob", "x.example", NOW), NOW));
    assertEquals(original, fresh.reverse(both.forward("bob", "x.example", NOW), NOW));
    assertInstanceOf(
        SrsReversal.BadHash.class, fresh.reverse(old.forward("bob", "x.example", NOW), NOW));
  }

  @Test
  void shorterHashesAreAcceptedOnlyWhereConfigured() {
    Srs lax = new Srs(List.of(SrsSecret.of("tops3cr3t")), 4, 2, 21, SrsForms.MAILSRS);
    String made = SRS.forward("bob", "x.example", NOW);
    String cut = made.replaceFirst("SRS0=(..)..", "SRS0=$1");
    assertInstanceOf(SrsReversal.Original.class, lax.reverse(cut, NOW));
    assertInstanceOf(SrsReversal.BadHash.class, SRS.reverse(cut, NOW));
  }

  @Test
  void aTagWithoutTheRestOfSrs1IsAnOrdinarySender() {
    String made = SRS.forward("SRS1=x", "y.example", NOW);
    assertTrue(made.startsWith("SRS0="), made);
    assertEquals(new SrsReversal.Original("SRS1=x", "y.example"), SRS.reverse(made, NOW));
  }

  @Test
  void anOverlongAddressStillReverses() {
    String local = "a".repeat(60);
    String made = SRS.forward(local, "x.example", NOW);
    assertTrue(Srs.isOverlong(made));
    assertEquals(new SrsReversal.Original(local, "x.example"), SRS.reverse(made, NOW));
  }

  @Test
  void whatWouldBeTooLongGetsATokenThatLeadsBackToWhatTheLongFormDoes() {
    for (String[] sender :
        new String[][] {
          {"bounces+12345-a1b2-user=mailbox.example", "em42.sender.example"},
          {"A".repeat(255), "X.Example"},
          {"srs0+abcd=AB=a-long-name.of-another.example=evelyn.of.nowhere", "first.example"},
          {"SRS1=abcd=first.example=+efgh=AB=a-long-name.example=evelyn.of.nowhere", "b.example"}
        }) {
      String made = SRS.forward(sender[0], sender[1], NOW);
      assertTrue(Srs.isOverlong(made), made);
      Srs.Rewritten rewritten = SRS.rewrite(sender[0], sender[1], NOW);
      assertTrue(rewritten.localPart().matches("SRS0=....=..=~=[a-z2-7]{26}"));
      SrsToken token = Objects.requireNonNull(rewritten.token());
      SrsReversal.Original original =
          assertInstanceOf(SrsReversal.Original.class, SRS.reverse(made, NOW));
      assertEquals(original.localPart() + "@" + original.domain(), token.address());
      for (String written :
          List.of(
              rewritten.localPart(),
              rewritten.localPart().toUpperCase(Locale.ROOT),
              rewritten.localPart().replaceFirst("=", "+"))) {
        assertEquals(new SrsReversal.Token(token.token()), SRS.reverse(written, NOW));
      }
      // The next forwarder keeps it whole.
      assertTrue(
          SRS.forward(rewritten.localPart(), "us.example", NOW)
              .endsWith("=us.example=" + rewritten.localPart().substring(4)));
    }
  }

  @Test
  void aTokenIsTheSendersOwnAndGuardedByHashAndAge() {
    String local = "a".repeat(60);
    Srs.Rewritten one = SRS.rewrite(local, "x.example", NOW);
    assertEquals(one, SRS.rewrite(local, "x.example", NOW));
    Srs.Rewritten other = SRS.rewrite(local, "y.example", NOW);
    assertNotEquals(one.token(), other.token());
    String forged =
        one.localPart().substring(0, one.localPart().length() - 26)
            + Objects.requireNonNull(other.token()).token();
    assertInstanceOf(SrsReversal.BadHash.class, SRS.reverse(forged, NOW));
    assertInstanceOf(
        SrsReversal.BadTimestamp.class,
        SRS.reverse(one.localPart(), NOW.plus(Duration.ofDays(22))));
    Srs.Rewritten fits = SRS.rewrite("bob", "x.example", NOW);
    assertEquals(new Srs.Rewritten(SRS.forward("bob", "x.example", NOW), null), fits);
  }

  @Test
  void aSenderWhoDiffersInTheCaseOfALetterHasHisOwnToken() {
    String rest = "a".repeat(60);
    for (String[] pair : new String[][] {{"É", "é"}, {"\u212a", "k"}, {"K", "k"}}) {
      Srs.Rewritten one = SRS.rewrite(pair[0] + rest, "x.example", NOW);
      Srs.Rewritten other = SRS.rewrite(pair[1] + rest, "x.example", NOW);
      assertNotEquals(one.token(), other.token(), pair[0]);
      // A bounce goes to the sender as written, also behind a server that folds on the way.
      SrsToken token = Objects.requireNonNull(one.token());
      assertEquals(pair[0] + rest + "@x.example", token.address());
      assertEquals(
          new SrsReversal.Token(token.token()), SRS.reverse(AsciiCase.lower(one.localPart()), NOW));
    }
  }

  /** Symptom: U+212A was taken for the k of a hash. Cause: the hash was folded by Unicode. */
  @Test
  void aHashIsComparedWithoutTheCaseOfAToZAlone() {
    int compared = 0;
    for (int i = 0; compared < 5; i++) {
      String made = SRS.forward("bob" + i, "x.example", NOW);
      String hash = made.substring(5, 9);
      String kelvin = hash.replaceAll("[kK]", "\u212a");
      if (!kelvin.equals(hash)) {
        compared++;
        String folded = "SRS0=" + AsciiCase.lower(hash) + made.substring(9);
        assertInstanceOf(SrsReversal.Original.class, SRS.reverse(folded, NOW));
        String other = "SRS0=" + kelvin + made.substring(9);
        assertInstanceOf(SrsReversal.BadHash.class, SRS.reverse(other, NOW));
      }
    }
    // The tag is read by the same rule.
    assertInstanceOf(SrsReversal.NotSrs.class, SRS.reverse("\u017fRS0=aaaa=AA=x.example=b", NOW));
  }

  @Test
  void noSecretIsPrinted() {
    assertEquals("***", SrsSecret.of("hidden").toString());
    assertThrows(IllegalArgumentException.class, () -> SrsSecret.of(""));
    assertThrows(IllegalArgumentException.class, () -> new Srs(List.of()));
  }
}

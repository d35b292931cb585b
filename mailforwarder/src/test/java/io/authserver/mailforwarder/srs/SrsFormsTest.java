package io.authserver.mailforwarder.srs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.address.AsciiCase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The two forms of the hash, and what the form of Mail::SRS lets a stranger do. */
final class SrsFormsTest {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final SrsSecret SECRET = SrsSecret.of("a secret of 32 octets, or nearly so");

  private static Srs srs(SrsForm form) {
    return srs(new SrsForms(form, null));
  }

  private static Srs srs(SrsForms forms) {
    return new Srs(List.of(SECRET), forms);
  }

  @Test
  void aSeparatedHashIsEightDigitsOfBase32() {
    Srs srs = srs(SrsForm.SEPARATED);
    for (String made :
        List.of(
            srs.forward("bob", "x.example", NOW),
            srs.forward("srs0=a=b=c=d", "x.example", NOW),
            srs.rewrite("b".repeat(60), "x.example", NOW).localPart())) {
      assertTrue(made.matches("SRS[01]=[A-Z2-7]{8}=.+"), made);
      assertInstanceOf(SrsReversal.class, srs.reverse(made, NOW));
      assertEquals(
          srs.reverse(made, NOW).getClass(), srs.reverse(AsciiCase.lower(made), NOW).getClass());
      assertNotEquals(new SrsReversal.BadHash(), srs.reverse(AsciiCase.lower(made), NOW));
    }
  }

  /** So that another implementation of it can be compared. */
  @Test
  void aSeparatedHashIsWhatItWas() {
    Srs srs = new Srs(List.of(SrsSecret.of("tops3cr3t")), new SrsForms(SrsForm.SEPARATED, null));
    // Python: hmac.new(b'tops3cr3t', b'\0\0\0\4srs0\0\0\0\2be\0\0\0\tx.example\0\0\0\3bob',
    // 'sha256'), its first five octets in base 32
    assertEquals("SRS0=5LXN3VZB=BE=x.example=bob", srs.forward("bob", "x.example", NOW));
    assertEquals(
        "SRS1=G6ZLE34U=f.example==ab=cd=x.example=bob",
        srs.forward("SRS0=ab=cd=x.example=bob", "f.example", NOW));
  }

  /**
   * Symptom: who gets mail from {@code mvictim@gmail.co} forwarded has a return address for {@code
   * victim@gmail.com}. Cause: nothing separates host and user where the hash is made.
   */
  @ParameterizedTest
  @EnumSource(SrsForm.class)
  void theHashOfOneSenderIsNotGoodForAnotherOne(SrsForm form) {
    Srs srs = srs(form);
    String made = srs.forward("mvictim", "gmail.co", NOW);
    String forged = made.replace("=gmail.co=mvictim", "=gmail.com=victim");
    assertEquals(
        form == SrsForm.MAILSRS
            ? new SrsReversal.Original("victim", "gmail.com")
            : new SrsReversal.BadHash(),
        srs.reverse(forged, NOW));
  }

  /**
   * Symptom: a return address of any date. Cause: the hash says neither whether it was made for
   * SRS0 or SRS1, nor where its parts end.
   */
  @ParameterizedTest
  @EnumSource(SrsForm.class)
  void anSrs1AddressIsNotMadeOneOfAnotherDate(SrsForm form) {
    Srs srs = srs(form);
    Instant later = NOW.plus(Duration.ofDays(200));
    String stamp = srs.forward("x", "y.example", later).split("=", 4)[2];
    String made = srs.forward("SRS0=user", stamp + "victim.example", NOW);
    assertTrue(made.endsWith("=" + stamp + "victim.example==user"), made);
    String hash = made.split("=", 3)[1];
    assertEquals(
        form == SrsForm.MAILSRS
            ? new SrsReversal.Original("=user", "victim.example")
            : new SrsReversal.BadHash(),
        srs.reverse("SRS0=" + hash + "=" + stamp + "=victim.example==user", later));
  }

  /** What was made before a change of the form lives as long as it would have. */
  @ParameterizedTest
  @CsvSource({"0,true", "21,true", "22,false", "400,false"})
  void theFormerFormIsReadForTwentyOneDays(int days, boolean read) {
    Instant later = NOW.plus(Duration.ofDays(days));
    Srs now = srs(new SrsForms(SrsForm.SEPARATED, NOW));
    String srs1 = srs(SrsForm.MAILSRS).forward("SRS0=ab=cd=x.example=bob", "f.example", NOW);
    assertEquals(read, now.reverse(srs1, later) instanceof SrsReversal.Original);
    String srs0 = srs(SrsForm.MAILSRS).forward("bob", "x.example", NOW);
    assertEquals(read, now.reverse(srs0, later) instanceof SrsReversal.Original);
  }

  @Test
  void theSeparatedFormIsReadAlways() {
    String made = srs(SrsForm.SEPARATED).forward("bob", "x.example", NOW);
    SrsReversal original = new SrsReversal.Original("bob", "x.example");
    for (SrsForms forms :
        List.of(
            SrsForms.MAILSRS,
            new SrsForms(SrsForm.MAILSRS, NOW),
            new SrsForms(SrsForm.SEPARATED, null),
            new SrsForms(SrsForm.SEPARATED, NOW.minus(Duration.ofDays(90))))) {
      assertEquals(original, srs(forms).reverse(made, NOW));
    }
    // A site that never made them takes none of Mail::SRS.
    assertEquals(
        new SrsReversal.BadHash(),
        srs(SrsForm.SEPARATED).reverse(srs(SrsForm.MAILSRS).forward("bob", "x.example", NOW), NOW));
  }

  @Test
  void itsLengthIsNotToBeChosen() {
    Srs srs = srs(SrsForm.SEPARATED);
    String made = srs.forward("bob", "x.example", NOW);
    for (int length = 0; length < 8; length++) {
      String cut = "SRS0=" + made.substring(5, 5 + length) + made.substring(13);
      assertEquals(new SrsReversal.BadHash(), srs.reverse(cut, NOW), cut);
    }
    assertEquals(
        new SrsReversal.BadHash(),
        srs.reverse(made.substring(0, 13) + "A" + made.substring(13), NOW));
  }

  /** RFC 5321 §4.1.2: a Dot-string, which no server has to quote. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "[192.0.2.1] root",
        "[IPv6:2001:db8::1] root",
        "x.example john doe",
        "x.example a@b",
        "x.example a\"b\\c",
        "x.example two..dots",
        "x.example dot.",
        "x.example ",
        "x.example jörg",
        "xn--gre-6ka8i.example jörg",
        "x.example SRS0= x",
        "b.example SRS1=h=f.example== x",
        "[192.0.2.1] SRS0=ab=cd=x.example=bob"
      })
  void whatWouldNeedQuotesGetsAToken(String domainAndLocalPart) {
    String domain = domainAndLocalPart.substring(0, domainAndLocalPart.indexOf(' '));
    String localPart = domainAndLocalPart.substring(domain.length() + 1);
    for (SrsForm form : SrsForm.values()) {
      Srs.Rewritten made = srs(form).rewrite(localPart, domain, NOW);
      assertTrue(made.localPart().matches("SRS0=[\\w+/]{4,8}=..=~=[a-z2-7]{26}"), made::toString);
      SrsToken token = made.token();
      assertTrue(token != null, made::toString);
      assertEquals(
          localPart.startsWith("SRS1") ? "SRS0= x@f.example" : localPart + "@" + domain,
          token.address());
    }
  }

  /** What begins like SRS1 and names no forwarder is a sender like any. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SRS1=zrpg=5KPL=3G=news.example=digest_i_bounces",
        "SRS1=zrpg=5KPL",
        "SRS1=x",
        "srs1-owner=a=b",
        "SRS1=h=no[host==x",
        "SRS1=h=-.example==x",
        "SRS1=h==="
      })
  void anSrs1AddressThatNamesNoForwarderIsAnOrdinarySender(String localPart) {
    for (SrsForm form : SrsForm.values()) {
      Srs srs = srs(form);
      String made = srs.forward(localPart, "relay.example", NOW);
      assertTrue(made.startsWith("SRS0="), made);
      assertEquals(new SrsReversal.Original(localPart, "relay.example"), srs.reverse(made, NOW));
    }
  }

  @Test
  void formsHaveNames() {
    for (SrsForm form : SrsForm.values()) {
      assertEquals(form, SrsForm.of(form.word()));
    }
    assertThrows(IllegalArgumentException.class, () -> SrsForm.of("MailSRS"));
  }
}

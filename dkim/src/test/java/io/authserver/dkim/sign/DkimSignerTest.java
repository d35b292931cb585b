package io.authserver.dkim.sign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.key.KeyAlgorithm;
import io.authserver.dkim.testing.FakeDns;
import io.authserver.dkim.testing.MessageKinds;
import io.authserver.dkim.testing.RawMessage;
import io.authserver.dkim.verify.DkimVerifier;
import io.authserver.dkim.verify.VerificationPass;
import io.authserver.smtp.message.HeaderSection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DkimSignerTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.9Z");
  private static final SigningKey RSA =
      new SigningKey("example.org", "r1", DkimPrivateKey.generateRsa(2048));
  private static final SigningKey ED25519 =
      new SigningKey("example.org", "e1", DkimPrivateKey.generateEd25519());
  private static final String HEADER =
      "From: a@example.org\r\nTo: b@example.net\r\nSubject: s\r\nDate: d\r\nMessage-ID: <m@x>\r\n";

  @Test
  void rsaComesFirstAndEachStandsAlone() {
    RawMessage message = RawMessage.of(HEADER + "\r\ntext\r\n");
    SigningResult result = sign(message, SigningProfile.standard(), List.of(ED25519, RSA));
    assertEquals(
        List.of(
            new SignatureInfo("example.org", "r1", KeyAlgorithm.RSA),
            new SignatureInfo("example.org", "e1", KeyAlgorithm.ED25519)),
        result.signatures());
    String fields = new String(result.fields(), StandardCharsets.US_ASCII);
    int second = fields.indexOf("DKIM-Signature:", 1);
    assertTrue(second > 0);
    for (String kept : List.of(fields.substring(0, second), fields.substring(second))) {
      assertEquals(1, passing(message.prepend(kept.getBytes(StandardCharsets.US_ASCII))));
    }
    assertEquals(2, passing(message.prepend(result.fields())));
  }

  @Test
  void writesTheTagsThatItShould() {
    RawMessage message = RawMessage.of(HEADER + "\r\ntext\r\n");
    String fields = unfolded(sign(message, SigningProfile.standard(), List.of(RSA)));
    assertTrue(
        fields.startsWith(
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=r1; "
                + "t=1795262400; x=1795867200; "
                + "h=from:from:to:to:subject:subject:date:date: message-id:message-id; bh="),
        fields);
    assertFalse(fields.contains(" l="));
    assertFalse(fields.contains("i=@"));
    assertFalse(fields.contains("q="));
  }

  @Test
  void withoutAnExpiryThereIsNoX() {
    SigningPass pass =
        DkimSigner.begin(
            RawMessage.of(HEADER).headerSection(),
            SigningProfile.standard(),
            List.of(ED25519),
            NOW,
            null);
    assertFalse(unfolded(pass.finish()).contains("x="));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            DkimSigner.begin(
                HeaderSection.of(new byte[0]),
                SigningProfile.standard(),
                List.of(),
                NOW,
                NOW.plusMillis(50)));
  }

  /** What is signed: the header as given, and the h= that comes of it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          From                       | from:from:to:subject:date:message-id
          FROM,tO                    | from:from:to:to:subject:date:message-id
          From,To,To                 | from:from:to:to:to:subject:date:message-id
          From,Cc                    | from:from:to:cc:cc:subject:date:message-id
          From,Reply-To,MIME-Version | from:from:to:reply-to:reply-to:subject:date:message-id:mime-version:mime-version
          From,Bcc,Received          | from:from:to:subject:date:message-id
          From,Return-Path,X-Other   | from:from:to:subject:date:message-id
          From,DKIM-Signature        | from:from:to:subject:date:message-id
          From,List-Unsubscribe,List-Unsubscribe-Post | from:from:to:subject:date:message-id:list-unsubscribe:list-unsubscribe-post
          From,References,In-Reply-To | from:from:to:subject:date:message-id:in-reply-to:references
          From,Resent-To,Resent-To   | from:from:to:subject:date:message-id:resent-to:resent-to
          From,Sender,Resent-Sender,Resent-Message-ID | from:from:to:subject:date:message-id:sender:resent-sender:resent-message-id
          """)
  void signsWhatTheProfileSays(String names, String expected) {
    assertEquals(expected, signedNames(names, SigningProfile.standard()));
  }

  /** What is signed of a message that is as its author made it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          From | from:from:to:cc:reply-to:subject:date:message-id:mime-version:content-type:content-transfer-encoding
          From,Cc,MIME-Version,Content-Type | from:from:to:cc:cc:reply-to:subject:date:message-id:mime-version:mime-version:content-type:content-type:content-transfer-encoding
          From,Sender,List-Id,Content-ID | from:from:to:cc:reply-to:subject:date:message-id:mime-version:content-type:content-transfer-encoding:content-id:content-id:sender:list-id
          """)
  void signsWhatIsNotThereOfACompleteMessage(String names, String expected) {
    assertEquals(expected, signedNames(names, SigningProfile.standard().complete()));
  }

  private static String signedNames(String names, SigningProfile profile) {
    StringBuilder header = new StringBuilder();
    for (String name : names.split(",", -1)) {
      header.append(name).append(": v\r\n");
    }
    String fields = unfolded(sign(RawMessage.of(header.toString()), profile, List.of(RSA)));
    return fields.replaceFirst("(?s).* h=", "").replaceFirst("(?s);.*", "").replace(" ", "");
  }

  @Test
  void oversigningDetectsAddedFields() {
    RawMessage message = RawMessage.of(HEADER + "Cc: c@x\r\n\r\ntext\r\n");
    byte[] fields = sign(message, SigningProfile.standard(), List.of(RSA)).fields();
    for (String added : List.of("From", "To", "Cc", "Subject", "Date", "Message-ID")) {
      String above = added + ": added\r\n";
      RawMessage changed = message.prepend(fields);
      assertEquals(1, passing(changed));
      assertEquals(0, passing(changed.prepend(above.getBytes(StandardCharsets.US_ASCII))), added);
    }
    byte[] listField = "List-Id: <l>\r\nReply-To: l@x\r\n".getBytes(StandardCharsets.US_ASCII);
    assertEquals(1, passing(message.prepend(fields).prepend(listField)));
  }

  /**
   * Symptom: Reply-To, Cc, Content-Type and others could be put on top of a signed message that had
   * none, and it still verified. Cause: they were oversigned only where they came.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {"Reply-To", "Cc", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"})
  void noFieldCanBeAddedToACompleteMessage(String name) {
    RawMessage message = RawMessage.of(HEADER + "\r\ntext\r\n");
    byte[] added = (name + ": added\r\n").getBytes(StandardCharsets.US_ASCII);
    for (boolean complete : List.of(true, false)) {
      SigningProfile standard = SigningProfile.standard();
      SigningProfile profile = complete ? standard.complete() : standard;
      RawMessage signed = message.prepend(sign(message, profile, List.of(RSA)).fields());
      assertEquals(1, passing(signed));
      assertEquals(complete ? 0 : 1, passing(signed.prepend(added)));
    }
  }

  /** A list that changes nothing else adds these, above or below what is signed. */
  @Test
  void aListsFieldsLeaveACompleteMessageWhole() {
    String list =
        """
        Sender: list-bounces@x
        List-Id: <l.x>
        List-Post: <mailto:l@x>
        List-Unsubscribe: <mailto:l-leave@x>
        List-Archive: <https://x/>
        Precedence: list
        Errors-To: l@x
        Resent-From: l@x
        Resent-Sender: l@x
        """;
    byte[] fields = list.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
    for (String own : List.of("", "Sender: secretary@a.example\r\n")) {
      RawMessage message = RawMessage.of(own + HEADER + "\r\ntext\r\n");
      SigningProfile profile = SigningProfile.standard().complete();
      RawMessage signed = message.prepend(sign(message, profile, List.of(RSA)).fields());
      assertEquals(1, passing(signed.prepend(fields)), own);
    }
  }

  @Test
  void linesStayUnder78Columns() {
    String domain = "a-rather-long-label.".repeat(3) + "example.org";
    SigningKey key = new SigningKey(domain, "selector2026", RSA.key());
    SigningProfile profile = SigningProfile.standard().withAuid("some=one;\u00e9@" + domain);
    for (byte[] message : MessageKinds.all().values()) {
      SigningResult result = sign(RawMessage.of(message), profile, List.of(key, ED25519));
      String[] lines = new String(result.fields(), StandardCharsets.US_ASCII).split("\r\n", -1);
      for (String line : lines) {
        assertTrue(line.length() < 78 || line.contains(domain), line);
      }
    }
  }

  @Test
  void writesAnAuidWithinTheDomainOnly() {
    SigningKey other = new SigningKey("other.example", "o", ED25519.key());
    SigningProfile profile = SigningProfile.standard().withAuid("a;b@mail.example.org");
    SigningResult result = sign(RawMessage.of(HEADER), profile, List.of(other, RSA));
    assertTrue(unfolded(result).contains(" i=a=3Bb@mail.example.org; "));
    assertEquals(1, result.signatures().size());
    assertEquals("other.example", result.failures().getFirst().signingDomain());
  }

  @Test
  void withoutKeysThereIsNothing() {
    SigningResult result = sign(RawMessage.of(HEADER), SigningProfile.standard(), List.of());
    assertEquals(0, result.fields().length);
    assertEquals(List.of(), result.signatures());
  }

  @Test
  void theBodyMayBeCutAnywhere() {
    RawMessage message = RawMessage.of(HEADER + "\r\nA  b \r\n\r\n c\r\n\r\n");
    byte[] expected = sign(message, SigningProfile.standard(), List.of(RSA, ED25519)).fields();
    for (int cut = 0; cut <= message.body().length; cut++) {
      SigningPass pass =
          DkimSigner.begin(
              message.headerSection(),
              SigningProfile.standard(),
              List.of(RSA, ED25519),
              NOW,
              NOW.plus(Duration.ofDays(7)));
      pass.body(message.body(), 0, cut);
      pass.body(message.body(), cut, message.body().length - cut);
      assertArrayEquals(expected, pass.finish().fields());
    }
  }

  @Test
  void extremeHeadersAreQuick() {
    for (String kind : List.of("fields-2000", "same-field-2000", "field-of-500-kb")) {
      RawMessage message = RawMessage.of(MessageKinds.all().get(kind));
      assertTimeout(
          Duration.ofSeconds(5),
          () -> sign(message, SigningProfile.standard(), List.of(RSA, ED25519)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a..b", "-a", "a b", "a;b", "a\r\nb", "\u00e9.example", "a=b"})
  void refusesNamesThatAreNone(String name) {
    assertThrows(IllegalArgumentException.class, () -> new SigningKey(name, "s", RSA.key()));
    assertThrows(
        IllegalArgumentException.class, () -> new SigningKey("example.org", name, RSA.key()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bcc", "received", "Return-Path", "DKIM-Signature", "a b", "a:b", "a;b"})
  void refusesToSignTheseFields(String name) {
    SigningProfile standard = SigningProfile.standard();
    assertThrows(IllegalArgumentException.class, () -> standard.withSigned(List.of(name)));
    assertThrows(IllegalArgumentException.class, () -> standard.withOversigned(List.of(name)));
  }

  @Test
  void profilesGrow() {
    SigningProfile profile =
        SigningProfile.standard().withSigned(List.of("X-A")).withOversigned(List.of("Sender"));
    assertTrue(profile.signed().contains("x-a"));
    assertEquals(
        Set.of("from", "to", "subject", "date", "message-id", "sender"), profile.oversigned());
    String fields = unfolded(sign(RawMessage.of("X-a: 1\r\n" + HEADER), profile, List.of(RSA)));
    assertTrue(fields.replace(" ", "").contains("sender:x-a;"), fields);
  }

  private static SigningResult sign(
      RawMessage message, SigningProfile profile, List<SigningKey> keys) {
    SigningPass pass =
        DkimSigner.begin(message.headerSection(), profile, keys, NOW, NOW.plus(Duration.ofDays(7)));
    pass.body(message.body(), 0, message.body().length);
    return pass.finish();
  }

  private static long passing(RawMessage message) {
    DkimVerifier verifier =
        new DkimVerifier(FakeDns.of(List.of(RSA, ED25519)), InstantSource.fixed(NOW));
    VerificationPass pass = verifier.begin(message.headerSection());
    pass.body(message.body(), 0, message.body().length);
    return pass.finish().stream().filter(verdict -> verdict.passed()).count();
  }

  private static String unfolded(SigningResult result) {
    return new String(result.fields(), StandardCharsets.US_ASCII).replace("\r\n ", " ");
  }
}

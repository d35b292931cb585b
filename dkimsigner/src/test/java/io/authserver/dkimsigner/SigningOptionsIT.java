package io.authserver.dkimsigner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.sign.SigningResult;
import io.authserver.dkim.verify.DkimSignature;
import io.authserver.dkim.verify.SignatureVerdict;
import io.authserver.dkimsigner.NetworkMapping.Oversign;
import io.authserver.dkimsigner.SigningSite.Options;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a domain's policy and the daemon's settings change about a signature and a message. */
class SigningOptionsIT {
  private static final DkimPrivateKey RSA = DkimPrivateKey.generateRsa(2048);
  private static final DkimPrivateKey ED25519 = DkimPrivateKey.generateEd25519();
  private static final String MESSAGE =
      String.join(
          "\r\n",
          "From: Alice <alice@example.org>",
          "Sender: bell@example.org",
          "X-Campaign: 7",
          "Subject: Hi",
          "Date: Sat, 21 Nov 2026 11:59:00 +0000",
          "Message-ID: <1@example.org>",
          "",
          "Hello.",
          "");

  @TempDir private Path directory;
  private SigningSite site;

  private void start(Options options) throws Exception {
    site = new SigningSite(directory, options);
    SigningRows.domain(site.database(), "example.org", "");
    site.key("example.org", "r1", RSA);
    site.key("example.org", "e1", ED25519);
  }

  @AfterEach
  void stop() {
    site.close();
  }

  @Test
  void followsTheDomainsFormAndItsChanges() throws Exception {
    start(new Options());
    change("signed_fields = 'x-campaign', oversigned_fields = 'list-id', auid = 'author'");
    DkimSignature signature = sent(MESSAGE);
    assertTrue(signature.signedFields().contains("x-campaign"));
    assertTrue(signature.signedFields().contains("list-id"));
    assertEquals("alice@example.org", signature.auid());
    assertEquals("relaxed relaxed", canonicalizations(signature));

    change(
        "signed_fields = NULL, oversigned_fields = NULL, auid = '@news.example.org',"
            + " body_canonicalization = 'simple', signature_expiry_seconds = NULL");
    Instant giveUp = Instant.now().plus(SigningSite.SOON);
    do {
      assertTrue(Instant.now().isBefore(giveUp), "the change was not seen");
      signature = sent(MESSAGE);
    } while (!canonicalizations(signature).equals("relaxed simple"));
    assertEquals("@news.example.org", signature.auid());
    assertEquals(null, signature.expiresAt());
    assertFalse(signature.signedFields().contains("x-campaign"));
  }

  @Test
  void theAuthorIsTheAuidOnlyWhereThatFits() throws Exception {
    start(new Options());
    change("auid = 'author'");
    assertEquals("a.b@sub.example.org", sent(by("A <a.b@sub.example.org>")).auid());
    assertEquals("@example.org", sent(by("\"a b\"@example.org")).auid());
    assertEquals("@example.org", sent(by("a@example.org, b@example.org")).auid());
    assertEquals("a=b@example.org", sent(by("a=b@example.org")).auid().replace("=3D", "="));
  }

  @Test
  void aFormThatMakesNoSenseFallsBackToTheDefault() throws Exception {
    start(new Options());
    site.database()
        .execute(
            "ALTER TABLE authserver.domain DROP CONSTRAINT domain_signed_fields_valid,"
                + " DROP CONSTRAINT domain_auid_valid,"
                + " DROP CONSTRAINT domain_header_canonicalization_known,"
                + " DROP CONSTRAINT domain_signature_expiry_valid");
    change(
        "signed_fields = 'x;y:x-campaign:Bcc:', auid = 'root@elsewhere.example',"
            + " header_canonicalization = 'nofws', signature_expiry_seconds = 0");
    DkimSignature signature = sent(MESSAGE);
    assertEquals("relaxed relaxed", canonicalizations(signature));
    assertEquals("@example.org", signature.auid());
    assertTrue(signature.signedFields().contains("x-campaign"));
    assertFalse(signature.signedFields().contains("bcc"));
    Instant signedAt = Objects.requireNonNull(signature.signedAt());
    assertEquals(signedAt.plus(Duration.ofDays(7)), signature.expiresAt());
  }

  /** A smart host may add MIME fields to mail that has none. */
  @ParameterizedTest
  @EnumSource
  void fieldsThatAreNotThereCannotBeAddedUnlessTheMappingSaysSo(Oversign oversign)
      throws Exception {
    start(new Options().oversign(oversign));
    List<String> signed = sent(MESSAGE).signedFields();
    List<String> absent = List.of("reply-to", "cc", "mime-version", "content-type");
    assertEquals(oversign == Oversign.FULL, signed.containsAll(absent));
    assertEquals(oversign == Oversign.BASIC, Collections.disjoint(signed, absent));
    String byAnother = "Content-Type: text/html\r\n" + site.got();
    assertEquals(
        oversign == Oversign.BASIC,
        site.verify(byAnother).stream().allMatch(SignatureVerdict::passed));
  }

  /** A forwarded copy is not as its author made it, perhaps, and lists may add to it. */
  @Test
  void ofMailThatWasNotSubmittedOnlyWhatIsThereIsOversigned() throws Exception {
    start(new Options());
    change("sign_by_reverse_path = true");
    String forwarded = "Authserver-Forwarded: v=1; submitted=no\r\n" + by("eve@elsewhere.test");
    List<String> signed = sent(forwarded).signedFields();
    assertTrue(signed.contains("subject"));
    assertFalse(signed.contains("cc"));
  }

  @Test
  void removesResultsThatClaimToBeOursBeforeItSigns() throws Exception {
    start(new Options().authservIds("mx.example.org").selfCheck());
    String others = "Authentication-Results: other.example; spf=pass\r\n";
    String spoofed = "Authentication-Results:\r\n MX.example.org 1; dkim=pass\r\n";
    site.send("alice@example.org", others + spoofed + MESSAGE);
    String got = site.got();
    assertTrue(got.endsWith("\r\n" + others + MESSAGE), got);
    assertFalse(got.contains("MX.example.org"));
    assertAllPass(2, site.verify(got));
    assertEquals(1, site.counted("authserver_signer_results_removed", ""));
    site.send("eve@elsewhere.example", spoofed + "From: eve@elsewhere.example\r\n\r\nHi.\r\n");
    assertFalse(
        site.sink().awaitMessages(2, SigningSite.SOON).getLast().text().contains("MX.example"));
    assertEquals(2, site.counted("authserver_signer_results_removed", ""));
  }

  /**
   * Symptom: with more than 32 active keys the self-check found the signatures of the others wrong
   * and left them out. Cause: the verifier looked at 32 and the verdict on the others counted.
   */
  @ParameterizedTest
  @ValueSource(ints = {32, 33})
  void checksAsManySignaturesAsItMakes(int keys) throws Exception {
    start(new Options().selfCheck());
    for (int i = 3; i <= keys; i++) {
      site.key("example.org", "s" + i, DkimPrivateKey.generateEd25519());
    }
    assertTrue(site.send("alice@example.org", MESSAGE).startsWith("250"));
    assertEquals(keys, site.verify(site.got()).size());
    assertEquals(keys, site.counted("authserver_signer_self_checks", "pass"));
    assertEquals(0, site.counted("authserver_signer_self_checks", "fail"));
  }

  @Test
  void leavesResultsAloneUnlessToldOtherwise() throws Exception {
    start(new Options());
    String results = "Authentication-Results: signer.example.org; dkim=pass\r\n";
    site.send("alice@example.org", results + MESSAGE);
    assertTrue(site.got().endsWith("\r\n" + results + MESSAGE));
  }

  @Test
  void earlierSignaturesAndArcFieldsStayAndAreNotSigned() throws Exception {
    start(new Options().selfCheck());
    change("oversigned_fields = 'sender'");
    String earlier =
        String.join(
            "\r\n",
            "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=x.example;\ts=s;  b=AAAA",
            "ARC-Message-Signature: i=1; a=rsa-sha256; d=x.example; h=from; bh=AA==; b=AA==",
            "ARC-Authentication-Results: i=1;  x.example; dkim=pass",
            "DKIM-Signature : v=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=AA==; b=AA==",
            "dkim-signature:v=1; garbage",
            "");
    site.send("alice@example.org", earlier + MESSAGE);
    String got = site.got();
    assertTrue(got.endsWith("\r\n" + earlier + MESSAGE), got);
    List<SignatureVerdict> verdicts = site.verify(got);
    assertEquals(4, verdicts.size());
    assertAllPass(2, verdicts.subList(0, 2));
    for (SignatureVerdict verdict : verdicts.subList(0, 2)) {
      List<String> fields = Objects.requireNonNull(verdict.signature()).signedFields();
      assertTrue(
          fields.stream().noneMatch(f -> f.startsWith("arc-") || f.equals("dkim-signature")));
    }
    // Neither signature covers them, so that each may be taken away on the way.
    assertAllPass(2, site.verify(got.replace(earlier, "")));
  }

  @Test
  void aDateThatIsThereStaysWhateverItIs() throws Exception {
    start(new Options().selfCheck());
    String odd =
        String.join(
            "\r\n",
            "From: alice@example.org",
            "Date:",
            "Date: yesterday",
            "date : 2",
            "Message-Id:",
            "MESSAGE-ID: <a",
            "",
            "Hi.",
            "");
    site.send("alice@example.org", odd);
    String got = site.got();
    assertTrue(got.endsWith("\r\n" + odd), got);
    List<SignatureVerdict> verdicts = site.verify(got);
    assertAllPass(2, verdicts);
    List<String> fields = Objects.requireNonNull(verdicts.getFirst().signature()).signedFields();
    assertEquals(4, fields.stream().filter("date"::equals).count());
    assertEquals(3, fields.stream().filter("message-id"::equals).count());
  }

  /**
   * Symptom: the last signature did not verify. Cause: the message's first line began with white
   * space, and so continued the field put above it, the signature.
   */
  @Test
  void aFirstLineThatContinuesNothingDoesNotJoinASignature() throws Exception {
    start(new Options().selfCheck());
    String message = " continued: what?\r\n\tand more\r\n" + MESSAGE;
    site.send("alice@example.org", message);
    String got = site.got();
    assertTrue(got.endsWith(message), got);
    assertAllPass(2, site.verify(got));
    assertEquals(2, site.counted("authserver_signer_self_checks", "pass"));
  }

  @Test
  void aFaultySignatureIsFoundAndNotSent() throws Exception {
    start(new Options().selfCheck().spoiling(result -> spoiled(result, 1)));
    assertTrue(site.send("alice@example.org", MESSAGE).startsWith("250"));
    String got = site.got();
    assertTrue(got.endsWith("\r\n" + MESSAGE), got);
    List<SignatureVerdict> verdicts = site.verify(got);
    assertAllPass(1, verdicts);
    assertEquals("e1", Objects.requireNonNull(verdicts.getFirst().signature()).selector());
    assertEquals(1, site.counted("authserver_signer_self_checks", "fail"));
    assertEquals(1, site.counted("authserver_signer_self_checks", "pass"));
    assertEquals(1, site.counted("authserver_signer_messages", "sign"));
  }

  @Test
  void withoutARightSignatureTheMessageWaitsOnlyWhereOneIsRequired() throws Exception {
    start(new Options().selfCheck().spoiling(result -> spoiled(result, 2)));
    assertTrue(site.send("alice@example.org", MESSAGE).startsWith("250"));
    String got = site.got();
    assertFalse(got.contains("DKIM-Signature"), got);
    assertTrue(got.startsWith("Received: ") && got.endsWith("\r\n" + MESSAGE), got);
    SigningRows.domain(site.database(), "strict.example", ", require_signature = true");
    site.key("strict.example", "s1", ED25519);
    String strict = MESSAGE.replace("alice@example.org", "alice@strict.example");
    assertTrue(site.send("alice@strict.example", strict).startsWith("451 4.3.5"));
    assertEquals(1, site.sink().messages().size());
    assertEquals(2, site.counted("authserver_signer_messages", "self_check_failed"));
  }

  @Test
  void withoutTheSelfCheckNothingIsVerified() throws Exception {
    start(new Options().spoiling(result -> spoiled(result, 1)));
    site.send("alice@example.org", MESSAGE);
    assertEquals(2, site.verify(site.got()).size());
    assertEquals(0, site.counted("authserver_signer_self_checks", "fail"));
  }

  @Test
  void signsWithShortAndLongKeys() throws Exception {
    start(new Options().selfCheck());
    SigningRows.domain(site.database(), "sizes.example", "");
    site.key("sizes.example", "r1024", shortKey());
    site.key("sizes.example", "r4096", longKey());
    site.send("a@sizes.example", by("a@sizes.example"));
    List<SignatureVerdict> verdicts = site.verify(site.got());
    assertAllPass(2, verdicts);
    assertEquals(List.of(1024, 4096), verdicts.stream().map(SignatureVerdict::keyBits).toList());
  }

  private static DkimPrivateKey shortKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(1024);
    return DkimPrivateKey.fromPkcs8(generator.generateKeyPair().getPrivate().getEncoded());
  }

  /** Made beforehand, because that takes seconds. */
  private static DkimPrivateKey longKey() throws Exception {
    try (InputStream pem = SigningOptionsIT.class.getResourceAsStream("/rsa-4096.pem")) {
      return DkimPrivateKey.fromPem(new String(pem.readAllBytes(), StandardCharsets.US_ASCII));
    }
  }

  /** Turns a character of the signature's value into another, in the first signatures. */
  private static SigningResult spoiled(SigningResult result, int signatures) {
    byte[] fields = result.fields().clone();
    int at = 0;
    for (int i = 0; i < signatures && i < result.signatures().size(); i++) {
      while (fields[at] != '\n' || (at + 1 < fields.length && fields[at + 1] == ' ')) {
        at++;
      }
      at++;
      int within = at - 30;
      fields[within] = (byte) (fields[within] == 'A' ? 'B' : 'A');
    }
    return new SigningResult(fields, result.signatures(), result.failures());
  }

  private static String by(String author) {
    return "From: " + author + "\r\nSubject: Hi\r\n\r\nHello.\r\n";
  }

  private void change(String assignments) {
    site.database()
        .execute("UPDATE authserver.domain SET " + assignments + " WHERE name = 'example.org'");
  }

  /** Sends a message and returns its first signature; all pass. */
  private DkimSignature sent(String message) throws Exception {
    int before = site.sink().messages().size();
    assertTrue(site.send("alice@example.org", message).startsWith("250"));
    byte[] got = site.sink().awaitMessages(before + 1, SigningSite.SOON).getLast().data();
    List<SignatureVerdict> verdicts = site.verify(got);
    assertAllPass(2, verdicts);
    return Objects.requireNonNull(verdicts.getFirst().signature());
  }

  private static String canonicalizations(DkimSignature signature) {
    return signature.headerCanonicalization().tag() + " " + signature.bodyCanonicalization().tag();
  }

  private static void assertAllPass(int signatures, List<SignatureVerdict> verdicts) {
    assertEquals(signatures, verdicts.size());
    assertTrue(verdicts.stream().allMatch(SignatureVerdict::passed), verdicts::toString);
  }
}

package io.authserver.dkim.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.dkim.canon.BodyCanonicalizer;
import io.authserver.dkim.canon.CanonicalHeader;
import io.authserver.dkim.canon.Canonicalization;
import io.authserver.dkim.canon.SignedFields;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.key.KeyAlgorithm;
import io.authserver.dkim.testing.FakeDns;
import io.authserver.dkim.testing.RawMessage;
import io.authserver.smtp.message.HeaderField;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures are written here tag by tag, so that they can be as wrong as they like. */
class DkimVerifierTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final DkimPrivateKey RSA = DkimPrivateKey.generateRsa(2048);
  private static final DkimPrivateKey ED25519 = DkimPrivateKey.generateEd25519();
  private static final String HEADER = "From: a@example.org\r\nSubject: s\r\n";
  private static final String BODY = "one\r\ntwo\r\n";
  private static final String RECORD = RSA.publicKey().dnsRecord();
  private static final String KEY = RECORD.substring(RECORD.indexOf("p=") + 2);

  /** Tags beside v, a, bh, b; and what comes out. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          d=example.org; s=r; h=from                                | pass
          d=example.org; s=r; h=from; c=relaxed                     | pass
          d=example.org; s=r; h=from; c=simple/relaxed              | pass
          d=EXAMPLE.org; s=R; h=From                                | pass
          d=example.org; s=r; h=from : subject : from : x           | pass
          d=example.org; s=r; h=from; i=joe@sub.example.org         | pass
          d=example.org; s=r; h=from; i=@Example.Org                | pass
          d=example.org; s=r; h=from; q=dns/txt                     | pass
          d=example.org; s=r; h=from; q=x/y:dns/txt                 | pass
          d=example.org; s=r; h=from; t=1799999999; x=1800000000    | pass
          d=example.org; s=r; h=from; x=99999999999999999999        | pass
          d=example.org; s=r; h=from; z=From:a@b=7Cc; other=1       | pass
          d=example.org; s=r; h=from; l=10                          | pass
          d=example.org; s=r; h=from; l=0                           | pass
          d=example.org; s=r; h=subject                             | fromNotSigned
          d=example.org; s=r                                        | requiredTagMissing
          s=r; h=from                                               | requiredTagMissing
          d=example.org; h=from                                     | requiredTagMissing
          d=example.org; s=r; h=from; i=a@example.net               | auidOutsideDomain
          d=example.org; s=r; h=from; i=a@notexample.org            | auidOutsideDomain
          d=example.org; s=r; h=from; i=nobody                      | signatureSyntax
          d=example.org; s=r; h=from; s=again                       | signatureSyntax
          d=example.org; s=r; h=from:; c=relaxed                    | signatureSyntax
          d=example.org; s=r; h=from; 1x=2                          | signatureSyntax
          d=example.org; s=r; h=from; novalue                       | signatureSyntax
          d=example.org; s=r; h=from; l=-1                          | signatureSyntax
          d=example.org; s=r; h=from; l=                            | signatureSyntax
          d=example.org; s=r; h=from; t=5; x=5                      | signatureSyntax
          d=exa mple.org; s=r; h=from                               | signatureSyntax
          d=; s=r; h=from                                           | signatureSyntax
          d=example..org; s=r; h=from                               | signatureSyntax
          d=example.org; s=r; h=from; c=nofws                       | unsupportedCanonicalization
          d=example.org; s=r; h=from; c=relaxed/simple/x            | signatureSyntax
          d=example.org; s=r; h=from; q=http                        | unsupportedQueryMethod
          d=example.org; s=r; h=from; x=1799999999                  | signatureExpired
          d=example.org; s=r; h=from; l=11                          | bodyShorterThanSigned
          d=example.org; s=missing; h=from                          | noKey
          d=example.org; s=silent; h=from                           | keyUnavailable
          """)
  void signatureTagsDecide(String tags, String expected) throws Exception {
    assertEquals(expected, word(verify(sign("v=1; a=rsa-sha256; " + tags, RSA, BODY), RECORD)));
  }

  @ParameterizedTest
  @CsvSource({
    "v=2; a=rsa-sha256, unsupportedVersion, NEUTRAL",
    "a=rsa-sha256, requiredTagMissing, NEUTRAL",
    "v=1, requiredTagMissing, NEUTRAL",
    "v=1; a=rsa-sha1, sha1, PERMERROR",
    "v=1; a=rsa-sha512, unsupportedAlgorithm, NEUTRAL",
    "v=1; a=ed25519-sha256, keyAlgorithmMismatch, PERMERROR"
  })
  void versionAndAlgorithmDecide(String tags, String reason, VerificationResult result)
      throws Exception {
    SignatureVerdict verdict =
        verify(sign(tags + "; d=example.org; s=r; h=from", RSA, BODY), RECORD);
    assertEquals(reason, word(verdict));
    assertEquals(result, verdict.result());
  }

  /** The record, P standing for the key; and what comes out. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          p=P                                          | pass
          v=DKIM1; p=P                                 | pass
          v=DKIM1; k=RSA; h=sha1:sha256; s=email; p=P  | pass
          v=DKIM1 ; s=other:* ; n=a note ; p=P ;       | pass
          v=DKIM1;; p=P                                | pass
          v=DKIM1; t=y; p=P                            | pass
          v=DKIM1; t=s; p=P                            | auidOutsideDomain
          v=DKIM1; g=nobody; p=P                       | pass
          v=DKIM2; p=P                                 | keySyntax
          p=P; v=DKIM1                                 | keySyntax
          v=DKIM1; k=rsa                               | keySyntax
          v=DKIM1; p=P; p=P                            | keySyntax
          v=DKIM1; p=AAAA                              | keySyntax
          v=DKIM1; p=*                                 | keySyntax
          v=DKIM1; t; p=P                              | keySyntax
          v=DKIM1; k=rsa; p=                           | keyRevoked
          v=DKIM1; k=dsa; p=P                          | keyAlgorithmMismatch
          v=DKIM1; k=ed25519; p=P                      | keySyntax
          v=DKIM1; h=sha1; p=P                         | keyAlgorithmMismatch
          v=DKIM1; s=chat; p=P                         | keyNotForEmail
          """)
  void keyRecordsDecide(String record, String expected) throws Exception {
    RawMessage message =
        sign("v=1; a=rsa-sha256; d=example.org; s=r; h=from; i=@a.example.org", RSA, BODY);
    SignatureVerdict verdict = verify(message, record.replace("P", KEY));
    assertEquals(expected, word(verdict));
    assertEquals(record.contains("t=y"), verdict.testing());
  }

  @Test
  void eachOfSeveralRecordsIsTried() throws Exception {
    RawMessage message = sign("v=1; a=rsa-sha256; d=example.org; s=r; h=from", RSA, BODY);
    String other = DkimPrivateKey.generateRsa(2048).publicKey().dnsRecord();
    assertEquals("pass", word(verify(message, "v=spf1 -all", other, RECORD)));
    assertEquals("signatureMismatch", word(verify(message, "v=spf1 -all", other)));
    assertEquals("keySyntax", word(verify(message, "v=spf1 -all")));
  }

  /**
   * Symptom: a signature failed with the reason of a record that was not its own. Cause: the ninth
   * record was cut off and not tried, and nobody told so.
   */
  @Test
  void withMoreThanEightRecordsNoneIsTried() throws Exception {
    RawMessage message = sign("v=1; a=rsa-sha256; d=example.org; s=r; h=from", RSA, BODY);
    List<String> records = new ArrayList<>(Collections.nCopies(7, "v=spf1 -all"));
    records.add(RECORD);
    assertEquals("pass", word(verify(message, records.toArray(String[]::new))));
    records.addFirst("v=spf1 -all");
    SignatureVerdict verdict = verify(message, records.toArray(String[]::new));
    assertEquals(VerificationResult.PERMERROR, verdict.result());
    assertEquals("tooManyRecords", word(verdict));
    assertEquals("9 records, and no more than 8 are tried", verdict.detail());
  }

  @Test
  void changesAreSeen() throws Exception {
    for (DkimPrivateKey key : List.of(RSA, ED25519)) {
      String tags = "v=1; a=" + key.algorithm().signatureTag() + "; d=example.org; s=r; h=from";
      String record = key.publicKey().dnsRecord();
      RawMessage message = sign(tags, key, BODY);
      assertEquals("pass", word(verify(message, record)));
      RawMessage body = new RawMessage(message.header(), message.separator(), bytes("one\r\n"));
      SignatureVerdict verdict = verify(body, record);
      assertEquals(VerificationResult.FAIL, verdict.result());
      assertEquals("bodyHashMismatch", word(verdict));
      String header = text(message.header()).replace("a@example.org", "b@example.org");
      verdict = verify(new RawMessage(bytes(header), message.separator(), message.body()), record);
      assertEquals(VerificationResult.FAIL, verdict.result());
      assertEquals("signatureMismatch", word(verdict));
      header = text(message.header()).replace("; b=", "; b=AAAA");
      verdict = verify(new RawMessage(bytes(header), message.separator(), message.body()), record);
      assertEquals("signatureMismatch", word(verdict));
    }
  }

  @Test
  void whatLengthLeavesOutIsCounted() throws Exception {
    RawMessage message = sign("v=1; a=rsa-sha256; d=example.org; s=r; h=from; l=5", RSA, BODY);
    SignatureVerdict verdict = verify(message, RECORD);
    assertTrue(verdict.passed());
    assertEquals(5, verdict.unsignedBodyOctets());
    byte[] longer = bytes(BODY + "added\r\n");
    verdict = verify(new RawMessage(message.header(), message.separator(), longer), RECORD);
    assertTrue(verdict.passed());
    assertEquals(12, verdict.unsignedBodyOctets());
    assertEquals(Long.valueOf(5), verdict.signature().bodyLength());
  }

  @Test
  void shortKeysAreRefused() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(768);
    String published =
        Base64.getEncoder().encodeToString(generator.generateKeyPair().getPublic().getEncoded());
    RawMessage message = sign("v=1; a=rsa-sha256; d=example.org; s=r; h=from", RSA, BODY);
    assertEquals("keyTooShort", word(verify(message, "v=DKIM1; p=" + published)));
  }

  @Test
  void theTopmostSignatureComesFirstAndTheirNumberIsBounded() throws Exception {
    RawMessage message = sign("v=1; a=rsa-sha256; d=example.org; s=r; h=from", RSA, BODY);
    byte[] junk = bytes("DKIM-Signature: v=1\r\n".repeat(VerificationPass.MAX_SIGNATURES));
    List<SignatureVerdict> verdicts = all(message.prepend(junk), dns(RECORD));
    assertEquals(VerificationPass.MAX_SIGNATURES + 1, verdicts.size());
    assertEquals("requiredTagMissing", word(verdicts.getFirst()));
    assertEquals("tooManySignatures", word(verdicts.getLast()));
    assertEquals("only the topmost 32 are verified", verdicts.getLast().detail());
    byte[] oneLess = Arrays.copyOf(junk, junk.length - "DKIM-Signature: v=1\r\n".length());
    assertEquals("pass", word(all(message.prepend(oneLess), dns(RECORD)).getLast()));
    VerificationPass asMany =
        new DkimVerifier(dns(RECORD), InstantSource.fixed(NOW))
            .begin(message.prepend(junk).headerSection(), verdicts.size());
    asMany.body(message.body(), 0, message.body().length);
    assertEquals("pass", word(asMany.finish().getLast()));
    verdicts = all(message.prepend(bytes("DKIM-Signature:\r\n")), dns(RECORD));
    assertEquals("pass", word(verdicts.get(1)));
    assertEquals(1, verdicts.get(1).position());
    assertEquals(List.of(), all(RawMessage.of(HEADER), dns(RECORD)));
  }

  /** RFC 8616: U-labels in the tags, A-labels in DNS. */
  @Test
  void internationalisedDomains() throws Exception {
    String tags =
        "v=1; a=rsa-sha256; d=b\u00fccher.example; s=r; h=from; i=j\u00f6@b\u00fccher.example";
    RawMessage message = sign(tags, RSA, BODY);
    FakeDns dns = new FakeDns().add("r._domainkey.xn--bcher-kva.example", RECORD);
    SignatureVerdict verdict = all(message, dns).getFirst();
    assertEquals("pass", word(verdict));
    assertEquals("xn--bcher-kva.example", verdict.signature().signingDomain());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void brokenFieldsNeverThrow(int seed) throws Exception {
    Random random = new Random(seed);
    RawMessage message =
        sign("v=1; a=ed25519-sha256; d=example.org; s=r; h=from; l=3; t=1; x=9", ED25519, BODY);
    for (int round = 0; round < 3000; round++) {
      byte[] header = message.header().clone();
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        header[random.nextInt(header.length)] = (byte) random.nextInt(256);
      }
      int length = random.nextInt(8) == 0 ? random.nextInt(header.length) : header.length;
      byte[] cut = Arrays.copyOf(header, length);
      for (SignatureVerdict verdict :
          all(new RawMessage(cut, message.separator(), message.body()), dns(RECORD))) {
        assertFalse(verdict.toString().isEmpty());
      }
    }
  }

  @Test
  void aVerdictIsOneLine() throws Exception {
    RawMessage message = sign("v=1; a=rsa-sha256; d=example.org; s=r; h=from", RSA, BODY);
    SignatureVerdict verdict = verify(message, RECORD);
    assertEquals("dkim=pass d=example.org s=r a=rsa-sha256", verdict.toString());
    assertNull(verdict.reason());
    assertEquals(2048, verdict.keyBits());
  }

  private static String word(SignatureVerdict verdict) {
    VerificationReason reason = verdict.reason();
    return reason == null ? verdict.result().word() : reason.word();
  }

  private static FakeDns dns(String... records) {
    FakeDns dns = new FakeDns().silent("silent._domainkey.example.org");
    for (String record : records) {
      dns.add("r._domainkey.example.org", record);
    }
    return dns;
  }

  private static SignatureVerdict verify(RawMessage message, String... records) {
    return all(message, dns(records)).getFirst();
  }

  private static List<SignatureVerdict> all(RawMessage message, FakeDns dns) {
    VerificationPass pass =
        new DkimVerifier(dns, InstantSource.fixed(NOW)).begin(message.headerSection());
    pass.body(message.body(), 0, message.body().length);
    return pass.finish();
  }

  /** Signs with these tags as they are; where they say nothing sensible, somehow. */
  private static RawMessage sign(String tags, DkimPrivateKey key, String body) throws Exception {
    boolean relaxedBody = tags.contains("/relaxed");
    ByteArrayOutputStream canonical = new ByteArrayOutputStream();
    BodyCanonicalizer canonicalizer =
        BodyCanonicalizer.of(
            relaxedBody ? Canonicalization.RELAXED : Canonicalization.SIMPLE, canonical::write);
    canonicalizer.accept(bytes(body), 0, body.length());
    canonicalizer.finish();
    byte[] signedBody = canonical.toByteArray();
    if (tags.matches(".*; l=\\d.*")) {
      int length = Integer.parseInt(tags.replaceFirst(".*; l=(\\d+).*", "$1"));
      signedBody = Arrays.copyOf(signedBody, Math.min(length, signedBody.length));
    }
    String hash = Base64.getEncoder().encodeToString(sha256(signedBody));
    String field = "DKIM-Signature: " + tags + "; bh=" + hash + "; b=";
    Canonicalization header =
        tags.contains("c=relaxed") ? Canonicalization.RELAXED : Canonicalization.SIMPLE;
    List<String> names =
        tags.contains("h=from : subject") ? List.of("from", "subject") : List.of("from");
    RawMessage message = RawMessage.of(HEADER + "\r\n" + body);
    byte[] fields =
        CanonicalHeader.of(header, SignedFields.select(message.headerSection(), names, null));
    byte[] fieldBytes = field.getBytes(StandardCharsets.UTF_8);
    byte[] own =
        CanonicalHeader.ofSignatureField(
            header, new HeaderField(fieldBytes, 0, 14, fieldBytes.length));
    byte[] signature;
    if (key.algorithm() == KeyAlgorithm.RSA) {
      signature = key.sign(fields, own);
    } else {
      ByteArrayOutputStream both = new ByteArrayOutputStream();
      both.writeBytes(fields);
      both.writeBytes(own);
      signature = key.sign(sha256(both.toByteArray()));
    }
    String complete = field + Base64.getEncoder().encodeToString(signature) + "\r\n";
    return message.prepend(complete.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] sha256(byte[] bytes) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}

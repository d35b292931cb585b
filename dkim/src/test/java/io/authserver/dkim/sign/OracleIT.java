package io.authserver.dkim.sign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.dkim.canon.Canonicalization;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.testing.FakeDns;
import io.authserver.dkim.testing.IndependentVerifier;
import io.authserver.dkim.testing.MessageKinds;
import io.authserver.dkim.testing.RawMessage;
import io.authserver.dkim.verify.DkimVerifier;
import io.authserver.dkim.verify.SignatureVerdict;
import io.authserver.dkim.verify.VerificationPass;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.exceptions.FailException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of message, signed by us, is verified by others. */
class OracleIT {
  /** The oracles read the real clock. */
  private static Instant signedAt;

  private static final SigningKey RSA =
      new SigningKey("example.org", "rsa", DkimPrivateKey.generateRsa(2048));
  private static final SigningKey ED25519 =
      new SigningKey("example.org", "ed", DkimPrivateKey.generateEd25519());
  private static final FakeDns DNS = FakeDns.of(List.of(RSA, ED25519));
  private static final Map<String, byte[]> SIGNED = new LinkedHashMap<>();

  @BeforeAll
  static void sign() {
    signedAt = Instant.now().minusSeconds(5);
    Map<String, byte[]> messages = new LinkedHashMap<>(MessageKinds.all());
    messages.putAll(MessageKinds.generated(20261121, 60));
    messages.putAll(MessageKinds.generatedAscii(20261122, 60));
    messages.forEach(
        (name, message) -> {
          for (Canonicalization canonicalization : Canonicalization.values()) {
            SIGNED.put(
                name + "-" + canonicalization.tag(),
                signed(message, canonicalization, List.of(ED25519, RSA)));
          }
        });
  }

  private static byte[] signed(
      byte[] message, Canonicalization canonicalization, List<SigningKey> keys) {
    RawMessage raw = RawMessage.of(message);
    SigningProfile standard =
        SigningProfile.standard().withCanonicalization(canonicalization, canonicalization);
    // Each way to choose the fields, with one of the canonicalisations.
    boolean complete = canonicalization == Canonicalization.RELAXED;
    SigningProfile profile = complete ? standard.complete() : standard;
    SigningPass pass =
        DkimSigner.begin(
            raw.headerSection(), profile, keys, signedAt, signedAt.plus(Duration.ofDays(7)));
    pass.body(raw.body(), 0, raw.body().length);
    SigningResult result = pass.finish();
    assertEquals(List.of(), result.failures());
    return raw.prepend(result.fields()).bytes();
  }

  @Test
  void oursAgrees() {
    DkimVerifier verifier = new DkimVerifier(DNS, InstantSource.system());
    SIGNED.forEach(
        (name, message) -> {
          RawMessage raw = RawMessage.of(message);
          VerificationPass pass = verifier.begin(raw.headerSection());
          pass.body(raw.body(), 0, raw.body().length);
          List<SignatureVerdict> verdicts = pass.finish();
          assertEquals(2, verdicts.size(), name);
          assertTrue(
              verdicts.stream().allMatch(SignatureVerdict::passed), () -> name + " " + verdicts);
        });
  }

  @Nested
  @Needs(Oracle.DKIMPY)
  class Dkimpy {
    /**
     * docs/verifiers.md, dkimpy 1: a field name followed by white space is an error to it; 2: it
     * keeps white space at the end of a last line that lacks its CRLF.
     */
    @Test
    void dkimpyAgrees(@TempDir Path folder) throws Exception {
      Map<String, String> differing =
          new TreeMap<>(IndependentVerifier.DKIMPY.verify(folder, SIGNED, DNS));
      assertEquals(2 * SIGNED.size() - 2, differing.size());
      differing.values().removeIf("pass"::equals);
      assertEquals(
          Set.of(
              "space-before-colon-relaxed *",
              "space-before-colon-simple *",
              "no-final-crlf-blank-relaxed rsa",
              "no-final-crlf-blank-relaxed ed"),
          differing.keySet());
    }
  }

  @Nested
  @Needs(Oracle.MAIL_DKIM)
  class MailDkim {
    /**
     * docs/verifiers.md, Mail::DKIM 1: it knows no Ed25519; 2: its simple body lacks the CRLF that
     * RFC 6376 §3.4.3 adds. (What comes over SMTP ends with CRLF.)
     */
    @Test
    void mailDkimAgrees(@TempDir Path folder) throws Exception {
      Map<String, String> differing =
          new TreeMap<>(IndependentVerifier.MAIL_DKIM.verify(folder, SIGNED, DNS));
      differing.keySet().removeIf(key -> key.endsWith(" ed"));
      assertEquals(SIGNED.size(), differing.size());
      differing.values().removeIf("pass"::equals);
      assertEquals(
          Set.of("no-final-crlf-simple rsa", "no-final-crlf-blank-simple rsa"), differing.keySet());
    }
  }

  @Nested
  @Needs(Oracle.OPENDKIM)
  class Opendkim {
    /**
     * docs/verifiers.md, opendkim-testmsg 1: it reads no message without Date, or with a field
     * twice that may come once; 2: nor one with a space before a colon; 3: it calls signatures over
     * fields of 500 KB bad; 4 and 5: two bodies that mail over SMTP cannot have.
     */
    @Test
    void opendkimAgrees(@TempDir Path folder) throws Exception {
      Map<String, byte[]> messages = new LinkedHashMap<>();
      MessageKinds.all()
          .forEach(
              (name, message) -> {
                for (Canonicalization canonicalization : Canonicalization.values()) {
                  messages.put(
                      name + "-" + canonicalization.tag(),
                      signed(message, canonicalization, List.of(RSA)));
                }
              });
      messages.put(
          "ed25519",
          signed(MessageKinds.all().get("plain"), Canonicalization.RELAXED, List.of(ED25519)));
      Map<String, String> differing =
          new TreeMap<>(IndependentVerifier.OPENDKIM.verify(folder, messages, DNS));
      assertEquals(messages.size(), differing.size());
      differing.values().removeIf("pass"::equals);
      Set<String> expected = new TreeSet<>();
      for (String kind :
          List.of(
              "bare-minimum",
              "duplicated-fields",
              "same-field-2000",
              "space-before-colon",
              "field-of-500-kb",
              "line-of-500-kb")) {
        expected.add(kind + "-simple *");
        expected.add(kind + "-relaxed *");
      }
      expected.add("no-separator-simple *");
      expected.add("no-final-crlf-blank-relaxed *");
      assertEquals(expected, differing.keySet(), differing::toString);
    }
  }

  @Nested
  @Needs({Oracle.DKIMPY, Oracle.MAIL_DKIM, Oracle.OPENDKIM})
  class AllOthers {
    /** What a verifier must not choke on; the verifiers that read as they go do not. */
    @Test
    void thirtyMegabytesPass(@TempDir Path folder) throws Exception {
      byte[] line =
          "0123456789  abcdefghijklmnopqrstuvwxyz \t\r\n".getBytes(StandardCharsets.US_ASCII);
      byte[] head = "From: a@example.org\r\nDate: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      byte[] message = Arrays.copyOf(head, head.length + line.length * 750_000);
      for (int at = head.length; at < message.length; at += line.length) {
        System.arraycopy(line, 0, message, at, line.length);
      }
      assertTrue(message.length > 30_000_000);
      Map<String, byte[]> messages =
          Map.of("large", signed(message, Canonicalization.RELAXED, List.of(RSA)));
      for (IndependentVerifier verifier : IndependentVerifier.values()) {
        Path own = Files.createDirectory(folder.resolve(verifier.name()));
        assertEquals(
            List.of("pass"),
            List.copyOf(verifier.verify(own, messages, DNS).values()),
            verifier.name());
      }
    }
  }

  @Test
  void jdkimAgreesWhereItIsRight() {
    Set<String> agreeing = new TreeSet<>();
    Set<String> right = new TreeSet<>();
    SIGNED.forEach(
        (name, message) -> {
          if (passesJdkim(message)) {
            agreeing.add(name);
          }
          if (isJdkimRight(name, RawMessage.of(message))) {
            right.add(name);
          }
        });
    assertTrue(right.size() > SIGNED.size() / 2);
    right.removeAll(agreeing);
    assertEquals(Set.of(), right);
  }

  private static boolean passesJdkim(byte[] message) {
    DKIMVerifier verifier =
        new DKIMVerifier(
            (_, selector, domain) -> DNS.records().get(selector + "._domainkey." + domain));
    try {
      verifier.verify(new ByteArrayInputStream(message));
    } catch (FailException | IOException _) {
      return false;
    }
    return verifier.hasAnyValidSignature();
  }

  /** docs/verifiers.md, jDKIM 2 to 6. */
  private static boolean isJdkimRight(String name, RawMessage message) {
    String header = new String(message.header(), StandardCharsets.ISO_8859_1);
    String body = new String(message.body(), StandardCharsets.ISO_8859_1);
    boolean relaxed = name.endsWith("-relaxed");
    boolean emptyBody = body.isBlank();
    boolean blankAtTheEnd = body.endsWith(" ") || body.endsWith("\t");
    boolean ascii = header.chars().allMatch(c -> c > 0 && c < 0x80);
    return ascii
        && message.headerSection().fields().size() < 1000
        && message.headerSection().fields().stream().allMatch(field -> field.length() < 30_000)
        && !(relaxed && (emptyBody || blankAtTheEnd));
  }
}

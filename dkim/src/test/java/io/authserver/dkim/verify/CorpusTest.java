package io.authserver.dkim.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.dkim.testing.CorpusMessages;
import io.authserver.dkim.testing.RawMessage;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Our verdicts on the public corpora; docs/verifiers.md explains where a file's name says other.
 */
@Needs({Oracle.JDKIM_CORPUS, Oracle.STALWART_CORPUS})
class CorpusTest {
  private static final InstantSource NOW =
      InstantSource.fixed(Instant.parse("2007-01-01T00:00:00Z"));

  @Test
  void mailDkim() throws Exception {
    Map<String, String> verdicts = new TreeMap<>();
    for (CorpusMessages.Entry entry : CorpusMessages.mailDkim()) {
      RawMessage message = RawMessage.of(entry.message());
      List<HeaderField> fields = message.headerSection().all("DKIM-Signature");
      long fitting =
          fields.stream().filter(f -> HistoricRules.fits(message, f, entry.dns())).count();
      DkimVerifier verifier = new DkimVerifier(entry.dns(), NOW, 512);
      verdicts.put(entry.name(), fitting + " " + verdicts(message, verifier));
    }
    assertEquals(69, verdicts.size());
    verdicts.forEach(
        (name, verdict) -> assertTrue(verdict.matches(expected(name)), name + " " + verdict));
  }

  /** How many signatures are arithmetically right, and what we say of each and why. */
  private static String expected(String name) {
    String old = "( (sha1|requiredTagMissing|unsupportedVersion|signatureSyntax))+";
    if (name.matches("(good|bad)_dk_.*|dk_.*")) {
      return "0 ";
    }
    if (name.equals("badkey_11")) {
      return "1 keyAlgorithmMismatch";
    }
    if (name.matches("good_ietf00_.*")) {
      return "0 requiredTagMissing";
    }
    if (name.matches("good.*|mine.*|multiple.*|no_body.*|badkey_([89]|1[023])|ignore_[5-8]")) {
      return "1" + old;
    }
    return "0" + old;
  }

  @Test
  void stalwart() throws Exception {
    for (CorpusMessages.Entry entry : CorpusMessages.stalwart()) {
      String verdicts =
          verdicts(RawMessage.of(entry.message()), new DkimVerifier(entry.dns(), NOW));
      assertTrue(verdicts.matches("pass( pass)*"), entry.name() + " " + verdicts);
    }
  }

  @Test
  void realMails() throws Exception {
    for (CorpusMessages.Entry entry : CorpusMessages.realMails()) {
      String verdict = verdicts(RawMessage.of(entry.message()), new DkimVerifier(entry.dns(), NOW));
      String expected =
          switch (entry.name()) {
            case "FAIL_BADBH_s1024_yahoo.com.eml" -> "bodyHashMismatch";
            case "FAIL_illegalargumentexception.eml", "pmta_myspace.com.eml" -> "sha1";
            default -> "pass";
          };
      assertEquals(expected, verdict, entry.name());
    }
  }

  private static String verdicts(RawMessage message, DkimVerifier verifier) {
    VerificationPass pass = verifier.begin(message.headerSection());
    pass.body(message.body(), 0, message.body().length);
    return pass.finish().stream()
        .map(v -> v.reason() == null ? "pass" : v.reason().word())
        .collect(Collectors.joining(" "));
  }
}

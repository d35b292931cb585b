package io.authserver.dkim.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.dkim.testing.FakeDns;
import io.authserver.dkim.testing.RawMessage;
import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.testing.Corpora;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Our verdicts on the public corpora; docs/verifiers.md explains where a file's name says other.
 */
class CorpusTest {
  private static final String RESOURCES = "main/src/test/resources/org/apache/james/jdkim";
  private static final InstantSource NOW =
      InstantSource.fixed(Instant.parse("2007-01-01T00:00:00Z"));

  @Test
  void mailDkim() throws Exception {
    Path folder = Corpora.folder("apache-jdkim").resolve(RESOURCES).resolve("Mail-DKIM");
    FakeDns dns = new FakeDns();
    for (String line :
        Files.readAllLines(folder.resolve("FAKE_DNS.dat"), StandardCharsets.US_ASCII)) {
      String[] parts = line.split("\\s+", 2);
      if (line.startsWith("#") || parts.length < 2 || parts[1].strip().equals("NXDOMAIN")) {
        continue;
      }
      if (parts[1].startsWith("~~")) {
        dns.silent(parts[0]);
      } else {
        dns.add(parts[0], parts[1].strip());
      }
    }
    Map<String, String> verdicts = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder.resolve("corpus"))) {
      for (Path file : files.toList()) {
        RawMessage message = RawMessage.of(Files.readAllBytes(file));
        String name = file.getFileName().toString().replace(".txt", "");
        List<HeaderField> fields = message.headerSection().all("DKIM-Signature");
        long fitting = fields.stream().filter(f -> HistoricRules.fits(message, f, dns)).count();
        verdicts.put(name, fitting + " " + verdicts(message, new DkimVerifier(dns, NOW, 512)));
      }
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
    Path folder = Corpora.folder("stalwart-mail-auth").resolve("resources/dkim");
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String text = new String(Corpora.withCrlf(file), StandardCharsets.ISO_8859_1);
        int cut = text.indexOf("\r\n\r\n");
        FakeDns dns = new FakeDns();
        for (String line : text.substring(0, cut).lines().toList()) {
          int space = line.indexOf(' ');
          dns.add(line.substring(0, space), line.substring(space + 1));
        }
        String verdicts =
            verdicts(RawMessage.of(text.substring(cut + 4)), new DkimVerifier(dns, NOW));
        assertTrue(verdicts.matches("pass( pass)*"), file + " " + verdicts);
      }
    }
  }

  @Test
  void realMails() throws Exception {
    Path folder = Corpora.folder("apache-jdkim").resolve(RESOURCES).resolve("corpus");
    FakeDns dns =
        new FakeDns()
            .add(
                "gamma._domainkey.gmail.com",
                "k=rsa; t=y;"
                    + " p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDIhyR3oItOy22ZOaBrIVe9m/iME3RqOJeasANSpg2YTHTYV+Xtp4xwf5gTjCmHQEMOs0qYu0FYiNQPQogJ2t0Mfx9zNu06rfRBDjiIU9tpx2T+NGlWZ8qhbiLo5By8apJavLyqTLavyPSrvsx0B3YzC63T4Age2CDqZYA+OwSMWQIDAQAB")
            .add(
                "s1024._domainkey.yahoo.com",
                "k=rsa; t=y;"
                    + " p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDrEee0Ri4Juz+QfiWYui/E9UGSXau/2P8LjnTD8V4Unn+2FAZVGE3kL23bzeoULYv4PeleB3gfmJiDJOKU3Ns5L4KJAUUHjFwDebt0NP+sBK0VKeTATL2Yr/S3bT/xhy+1xtj4RkdV7fVxTn56Lb4udUnwuxK4V5b5PdOKj/+XcwIDAQAB;"
                    + " n=A 1024 bit key;")
            .add(
                "pmta._domainkey.myspace.com",
                "k=rsa;"
                    + " p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQChRebhcm4h8BkIYHRxg1GlKLsDkwdrqkFJ8f88xHQ5Gf3NH4I4e06M3XQ+B4tWWK/rX0srwXFgrJPzKZK+x7gN89nmqyM+NNaM+Wm2C0GjTpx6639zK3bAAGYCm0L9lGD7PgDxpWok+YogH0Ml4acEwDw/cnhErAWAnX8doPliawIDAQAB")
            .add(
                "mail._domainkey.sqli.com",
                "k=rsa;"
                    + " p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC1CTqmkuRWkxlHcv1peAz3c0RuXHthVO1xx1Hy4HryZUJwSJo/R3cnEwKorQvlRuDSMgXSLLxI8u6n7h6mzRmHdsS/A+pKc7nx/6WS4N6U57PSNqOclxfwa27m/EIL6KTk9KDhaKsXxquQUBkP1CQEUZHPhQ/t7s4dmU/kvGFgNQIDAQAB");
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        RawMessage message = RawMessage.of(Corpora.withCrlf(file));
        String verdict = verdicts(message, new DkimVerifier(dns, NOW));
        String expected =
            switch (file.getFileName().toString()) {
              case "FAIL_BADBH_s1024_yahoo.com.eml" -> "bodyHashMismatch";
              case "FAIL_illegalargumentexception.eml", "pmta_myspace.com.eml" -> "sha1";
              default -> "pass";
            };
        assertEquals(expected, verdict, file.toString());
      }
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

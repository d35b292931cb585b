package io.authserver.smtp.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.smtp.testing.LogCapture;
import io.authserver.smtp.testing.TestCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificate of STARTTLS in its two files: RFC 3207 §4, RFC 7468. */
class TlsCertificateIT {
  private static TestCertificate ec;
  private static TestCertificate rsa;

  @TempDir Path directory;
  private Path chainFile;
  private Path keyFile;
  private Instant now = Instant.now();
  private final InstantSource clock = () -> now;

  @BeforeAll
  static void make(@TempDir Path directory) throws Exception {
    ec = TestCertificate.make(directory, "-keyalg EC -groupname secp256r1 -validity 90");
    rsa = TestCertificate.make(directory, "-keyalg RSA -keysize 2048 -validity 60");
  }

  @BeforeEach
  void write() throws Exception {
    chainFile = directory.resolve("chain.pem");
    keyFile = directory.resolve("key.pem");
    put(ec);
  }

  private void put(TestCertificate certificate) throws Exception {
    certificate.writeCertificate(chainFile);
    certificate.writeKey(keyFile);
  }

  private TlsCertificate load() throws InvalidCertificateException {
    return TlsCertificate.load(chainFile, keyFile, clock);
  }

  @Test
  @DisplayName("RFC 7468 §5, §10: RSA and EC pairs are read")
  void pairsAreRead() throws Exception {
    TlsCertificate certificate = load();
    assertNotNull(certificate.get());
    assertEquals(ec.certificate().getNotAfter().toInstant(), certificate.expires());
    put(rsa);
    assertEquals(rsa.certificate().getNotAfter().toInstant(), load().expires());
  }

  @Test
  void aChainEndsWithItsFirstCertificateThatEnds() throws Exception {
    Path other = directory.resolve("other.pem");
    rsa.writeCertificate(other);
    Files.writeString(chainFile, Files.readString(chainFile) + "text\n" + Files.readString(other));
    assertEquals(rsa.certificate().getNotAfter().toInstant(), load().expires());
  }

  @Test
  void everyProblemIsNamedWithItsFileAndNoContent() throws Exception {
    ec.writeKey(keyFile);
    rsa.writeCertificate(chainFile);
    assertEquals(
        List.of(keyFile + ": is not the private key of the certificate in " + chainFile),
        problems());
    String key = Files.readString(keyFile);
    Files.writeString(keyFile, key.replace("PRIVATE KEY", "EC PRIVATE KEY"));
    Files.delete(chainFile);
    assertEquals(
        List.of(
            chainFile + ": no such file",
            keyFile
                + ": has a BEGIN EC PRIVATE KEY; convert it with: openssl pkcs8 -topk8 -nocrypt"),
        problems());
    Files.writeString(keyFile, key.substring(0, 60) + key.substring(100));
    Files.writeString(chainFile, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    List<String> damaged = problems();
    assertEquals(
        List.of(
            chainFile + ": certificate 1 is damaged",
            keyFile + ": private key is damaged or of an algorithm that is not known"),
        damaged);
    Files.writeString(keyFile, "");
    Files.writeString(chainFile, "x".repeat(2 << 20));
    assertEquals(
        List.of(chainFile + ": is larger than 1 MiB", keyFile + ": has no BEGIN PRIVATE KEY"),
        problems());
  }

  private List<String> problems() {
    return assertThrows(InvalidCertificateException.class, this::load).problems();
  }

  @Test
  void aChangedPairIsReadOnceASecondAtMost() throws Exception {
    TlsCertificate certificate = load();
    SSLContext first = certificate.get();
    put(rsa);
    now = now.plusMillis(900);
    assertSame(first, certificate.get());
    now = now.plusMillis(200);
    SSLContext second = certificate.get();
    assertNotSame(first, second);
    now = now.plusSeconds(2);
    assertSame(second, certificate.get(), "unchanged files are not read again");
  }

  @Test
  void aBrokenNewPairKeepsTheOldOneAndWarnsOnce() throws Exception {
    try (LogCapture log = new LogCapture("io.authserver.smtp.tls")) {
      TlsCertificate certificate = load();
      SSLContext first = certificate.get();
      // As a renewal that was interrupted leaves it: the new certificate, the old key.
      rsa.writeCertificate(chainFile);
      for (int i = 0; i < 5; i++) {
        now = now.plusSeconds(2);
        assertSame(first, certificate.get());
      }
      List<String> warnings = log.containing("tls_certificate_not_loaded");
      assertEquals(1, warnings.size(), warnings::toString);
      assertTrue(warnings.getFirst().startsWith("WARN"), warnings::toString);
      rsa.writeKey(keyFile);
      now = now.plusSeconds(2);
      assertNotSame(first, certificate.get());
      Files.delete(keyFile);
      now = now.plusSeconds(2);
      assertNotNull(certificate.get());
      assertEquals(2, log.containing("tls_certificate_not_loaded").size());
    }
  }

  @Test
  void aNearEndIsComplainedAboutOnceADay() throws Exception {
    try (LogCapture log = new LogCapture("io.authserver.smtp.tls")) {
      Instant end = ec.certificate().getNotAfter().toInstant();
      now = end.minus(TlsCertificate.NEAR).minusSeconds(10);
      TlsCertificate certificate = load();
      assertEquals(0, log.containing("tls_certificate_expire").size());
      now = now.plusSeconds(20);
      assertEquals(end, certificate.expires());
      now = now.plus(Duration.ofHours(23));
      assertNotNull(certificate.get());
      assertEquals(1, log.containing("tls_certificate_expires_soon").size());
      now = now.plus(Duration.ofHours(2));
      assertNotNull(certificate.get());
      assertEquals(2, log.containing("tls_certificate_expires_soon").size());
      now = end.plusSeconds(1);
      assertNotNull(certificate.get());
      assertEquals(1, log.containing("tls_certificate_expired").size());
    }
  }

  @Test
  void anExpiredPairIsUsedAtStartWithAWarning() throws Exception {
    try (LogCapture log = new LogCapture("io.authserver.smtp.tls")) {
      now = ec.certificate().getNotAfter().toInstant().plusSeconds(1);
      assertNotNull(load().get());
      assertEquals(1, log.containing("tls_certificate_expired").size());
    }
  }

  @Test
  void noPrivateKeyIsShown() throws IOException {
    String key = Files.readString(keyFile, StandardCharsets.US_ASCII);
    Files.writeString(keyFile, key.replace("-----END", "!-----END"));
    String secret = key.lines().skip(1).findFirst().orElseThrow();
    for (String problem : problems()) {
      assertTrue(!problem.contains(secret.substring(0, 16)), problem);
    }
  }
}

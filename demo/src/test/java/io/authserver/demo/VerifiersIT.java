package io.authserver.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.sign.DkimSigner;
import io.authserver.dkim.sign.SigningKey;
import io.authserver.dkim.sign.SigningPass;
import io.authserver.dkim.sign.SigningProfile;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.testing.Needs;
import io.authserver.smtp.testing.Oracle;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The demo's verifiers agree with the signer, and disagree where a message was changed. */
@Timeout(120)
final class VerifiersIT {
  private static final SigningKey RSA =
      new SigningKey("garden.example", "r1", DkimPrivateKey.generateRsa(2048));
  private static final SigningKey ED25519 =
      new SigningKey("garden.example", "e1", DkimPrivateKey.generateEd25519());
  private static final Map<String, String> RECORDS =
      Map.of(
          RSA.recordName().replaceFirst("\\.$", ""),
          RSA.key().publicKey().dnsRecord(),
          ED25519.recordName().replaceFirst("\\.$", ""),
          ED25519.key().publicKey().dnsRecord());

  @TempDir Path directory;

  static List<DemoMail> mails() {
    return DemoMails.all(Instant.now());
  }

  private static byte[] signed(byte[] message) throws Exception {
    String text = new String(message, java.nio.charset.StandardCharsets.ISO_8859_1);
    int body = text.indexOf("\r\n\r\n") + 4;
    HeaderSection header = HeaderSection.of(java.util.Arrays.copyOf(message, body - 2));
    Instant now = Instant.now();
    SigningPass pass =
        DkimSigner.begin(
            header,
            SigningProfile.standard().complete(),
            List.of(RSA, ED25519),
            now,
            now.plusSeconds(3600));
    pass.body(message, body, message.length - body);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(pass.finish().fields());
    out.writeBytes(message);
    return out.toByteArray();
  }

  @ParameterizedTest
  @MethodSource("mails")
  void jdkimPassesTheRsaSignatures(DemoMail mail) throws Exception {
    List<Verdict> verdicts = new JdkimVerifier(RECORDS).verify(signed(mail.content()));
    assertEquals(
        List.of("dkim=pass d=garden.example s=r1 a=rsa-sha256"),
        verdicts.stream().map(Verdict::toString).toList());
  }

  @Test
  void jdkimFailsAChangedMessage() throws Exception {
    byte[] message = signed(mails().getFirst().content());
    message[message.length - 10] ^= 1;
    List<Verdict> verdicts = new JdkimVerifier(RECORDS).verify(message);
    assertEquals(List.of(Verdict.Result.FAIL), verdicts.stream().map(Verdict::result).toList());
  }

  @Nested
  @Needs(Oracle.DKIMPY)
  class Dkimpy {
    @Test
    void dkimpyPassesBothSignatures() throws Exception {
      try (DkimpyVerifier dkimpy = DkimpyVerifier.start(directory, RECORDS)) {
        for (DemoMail mail : mails()) {
          assertEquals(
              List.of(
                  "dkim=pass d=garden.example s=e1 a=ed25519-sha256",
                  "dkim=pass d=garden.example s=r1 a=rsa-sha256"),
              dkimpy.verify(signed(mail.content())).stream()
                  .map(Verdict::toString)
                  .sorted()
                  .toList(),
              mail::toString);
        }
      }
    }

    @Test
    void dkimpyFailsAChangedMessageAndOneWithoutARecord() throws Exception {
      byte[] message = signed(mails().getFirst().content());
      try (DkimpyVerifier dkimpy = DkimpyVerifier.start(directory, Map.of())) {
        for (Verdict verdict : dkimpy.verify(message)) {
          assertEquals(Verdict.Result.FAIL, verdict.result());
        }
      }
      message[message.length - 10] ^= 1;
      try (DkimpyVerifier dkimpy = DkimpyVerifier.start(directory, RECORDS)) {
        for (Verdict verdict : dkimpy.verify(message)) {
          assertEquals(Verdict.Result.FAIL, verdict.result());
        }
      }
    }
  }

  @Test
  void whatNobodyCanCheckIsSaidInWords() {
    Verdict verdict =
        new Verdict(
            DkimpyVerifier.NAME,
            "ed25519-sha256",
            "garden.example",
            "e1",
            Verdict.Result.NOT_CHECKED,
            "dkimpy is not installed for /usr/bin/python3");
    assertEquals(
        "not checked: the ed25519-sha256 signature (dkimpy is not installed for /usr/bin/python3)",
        verdict.toString());
    assertTrue(!verdict.toString().contains("dkim="));
    assertEquals(
        "From: a\r\n", Fields.of("From: a\r\n\r\nx".getBytes(UTF_8)).list().getFirst().raw());
  }
}

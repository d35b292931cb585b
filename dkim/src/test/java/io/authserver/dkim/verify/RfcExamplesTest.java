package io.authserver.dkim.verify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.dkim.canon.CanonicalHeader;
import io.authserver.dkim.canon.SignedFields;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.key.KeyAlgorithm;
import io.authserver.dkim.testing.FakeDns;
import io.authserver.dkim.testing.RawMessage;
import io.authserver.smtp.message.HeaderField;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The signed messages that the RFCs print: they verify, and the printed private keys make the
 * printed signatures, byte for byte (both algorithms are deterministic).
 */
class RfcExamplesTest {
  private static final InstantSource NOW = InstantSource.fixed(Instant.ofEpochSecond(1528637910));

  /** RFC 6376 §A.2 with errata 3192 and 4926, keys of §C. */
  @Test
  void rfc6376() throws Exception {
    RawMessage message = message("rfc6376-a2.eml");
    DkimPrivateKey key = DkimPrivateKey.fromPem(text("rfc6376-c.pem"));
    FakeDns dns = new FakeDns().add("brisbane._domainkey.example.com", key.publicKey().dnsRecord());
    List<SignatureVerdict> verdicts = verify(message, dns);
    assertEquals(1, verdicts.size());
    assertTrue(verdicts.getFirst().passed(), verdicts::toString);
    assertEquals(1024, verdicts.getFirst().keyBits());
    assertSignatureIsMadeBy(key, message, 0);
  }

  /** RFC 8463 §A: one signature with each algorithm. */
  @Test
  void rfc8463() throws Exception {
    RawMessage message = message("rfc8463-a.eml");
    DkimPrivateKey ed25519 =
        DkimPrivateKey.fromEd25519Seed(
            Base64.getDecoder().decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="));
    DkimPrivateKey rsa = DkimPrivateKey.fromPem(text("rfc8463-a2.pem"));
    FakeDns dns =
        new FakeDns()
            .add(
                "brisbane._domainkey.football.example.com",
                "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
            .add("test._domainkey.football.example.com", rsa.publicKey().dnsRecord());
    List<SignatureVerdict> verdicts = verify(message, dns);
    assertEquals(2, verdicts.size());
    assertTrue(verdicts.stream().allMatch(SignatureVerdict::passed), verdicts::toString);
    assertSignatureIsMadeBy(ed25519, message, 0);
    assertSignatureIsMadeBy(rsa, message, 1);
  }

  private static List<SignatureVerdict> verify(RawMessage message, FakeDns dns) {
    VerificationPass pass = new DkimVerifier(dns, NOW).begin(message.headerSection());
    pass.body(message.body(), 0, message.body().length);
    return pass.finish();
  }

  private static void assertSignatureIsMadeBy(DkimPrivateKey key, RawMessage message, int position)
      throws Exception {
    var header = message.headerSection();
    HeaderField field = header.all("DKIM-Signature").get(position);
    DkimSignature signature = DkimSignature.parse(field);
    byte[] fields =
        CanonicalHeader.of(
            signature.headerCanonicalization(),
            SignedFields.select(header, signature.signedFields(), field));
    byte[] own =
        CanonicalHeader.ofSignatureField(
            signature.headerCanonicalization(), EmptiedSignature.of(field));
    byte[] made;
    if (key.algorithm() == KeyAlgorithm.RSA) {
      made = key.sign(fields, own);
    } else {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(fields);
      made = key.sign(digest.digest(own));
    }
    assertArrayEquals(signature.signature(), made);
  }

  private static RawMessage message(String name) throws Exception {
    return RawMessage.of(text(name).replace("\r\n", "\n").replace("\n", "\r\n"));
  }

  private static String text(String name) throws Exception {
    try (InputStream in = RfcExamplesTest.class.getResourceAsStream("/rfc/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}

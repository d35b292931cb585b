package io.authserver.dkim.sign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.dkim.canon.Canonicalization;
import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.testing.FakeDns;
import io.authserver.dkim.testing.RawMessage;
import io.authserver.dkim.verify.DkimVerifier;
import io.authserver.dkim.verify.SignatureVerdict;
import io.authserver.dkim.verify.VerificationPass;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cases in {@code golden/}: message.eml, the keys (domain, selector, which of the RFCs' keys),
 * an optional profile, why.txt, and in expected.txt the fields that come out, byte for byte. {@code
 * -Dgolden=write} writes the expectations anew into the sources; read the difference.
 */
class GoldenTest {
  private static final Instant SIGNED_AT = Instant.parse("2026-11-21T12:00:00Z");
  private static final Path RESOURCES = Path.of("src/test/resources");

  static Stream<Path> cases() throws Exception {
    try (Stream<Path> folders = Files.list(RESOURCES.resolve("golden"))) {
      return folders.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void signsAsExpected(Path folder) throws Exception {
    RawMessage message = RawMessage.of(Files.readAllBytes(folder.resolve("message.eml")));
    List<SigningKey> keys = keys(folder);
    SigningProfile profile = SigningProfile.standard();
    Instant expiresAt = null;
    for (String line : lines(folder.resolve("profile"))) {
      String value = line.substring(line.indexOf('=') + 1);
      switch (line.substring(0, line.indexOf('='))) {
        case "c" -> {
          String[] words = value.split("/", 2);
          profile =
              profile.withCanonicalization(
                  Canonicalization.valueOf(words[0].toUpperCase(Locale.ROOT)),
                  Canonicalization.valueOf(words[1].toUpperCase(Locale.ROOT)));
        }
        case "i" -> profile = profile.withAuid(value);
        case "x" -> expiresAt = Instant.ofEpochSecond(Long.parseLong(value));
        case "fields" -> profile = profile.complete();
        case "signed" -> profile = profile.withSigned(List.of(value.split(":", -1)));
        case "oversigned" -> profile = profile.withOversigned(List.of(value.split(":", -1)));
        default -> throw new IllegalStateException(line);
      }
    }
    SigningPass pass =
        DkimSigner.begin(message.headerSection(), profile, keys, SIGNED_AT, expiresAt);
    pass.body(message.body(), 0, message.body().length);
    SigningResult result = pass.finish();
    Path expected = folder.resolve("expected.txt");
    if ("write".equals(System.getProperty("golden"))) {
      Files.write(expected, result.fields());
    }
    assertEquals(
        Files.readString(expected, StandardCharsets.US_ASCII),
        new String(result.fields(), StandardCharsets.US_ASCII));
    assertVerifies(message.prepend(result.fields()), keys);
  }

  private static void assertVerifies(RawMessage message, List<SigningKey> keys) {
    VerificationPass pass =
        new DkimVerifier(FakeDns.of(keys), InstantSource.fixed(SIGNED_AT))
            .begin(message.headerSection());
    pass.body(message.body(), 0, message.body().length);
    // Signatures that the message came with stand below.
    List<SignatureVerdict> verdicts = pass.finish().subList(0, keys.size());
    assertTrue(verdicts.stream().allMatch(SignatureVerdict::passed), verdicts::toString);
  }

  private static List<SigningKey> keys(Path folder) throws Exception {
    List<SigningKey> keys = new ArrayList<>();
    for (String line : lines(folder.resolve("keys"))) {
      String[] words = line.split(" ", -1);
      DkimPrivateKey key =
          words[2].equals("rsa")
              ? DkimPrivateKey.fromPem(Files.readString(RESOURCES.resolve("rfc/rfc8463-a2.pem")))
              : DkimPrivateKey.fromEd25519Seed(
                  Base64.getDecoder().decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="));
      keys.add(new SigningKey(words[0], words[1], key));
    }
    return keys;
  }

  private static List<String> lines(Path file) throws Exception {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }
}

package io.authserver.realservers;

import io.authserver.dkim.testing.FakeDns;
import io.authserver.dkim.testing.IndependentVerifier;
import io.authserver.dkim.verify.DkimVerifier;
import io.authserver.dkim.verify.SignatureVerdict;
import io.authserver.dkim.verify.VerificationPass;
import io.authserver.smtp.message.MessageBytes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** What verifiers say of a message that has left the site. */
final class Signatures {
  private Signatures() {}

  /** Returns our own verifier's results, the topmost signature first. */
  static List<String> ours(byte[] message, FakeDns keys) throws Exception {
    MessageBytes content = MessageBytes.of(message);
    VerificationPass pass = new DkimVerifier(keys, InstantSource.system()).begin(content.header());
    content.forEachBlock(content.bodyOffset(), pass::body);
    return pass.finish().stream()
        .map(SignatureVerdict::result)
        .map(result -> result.word())
        .toList();
  }

  /** Returns another verifier's results. */
  static List<String> of(IndependentVerifier verifier, byte[] message, FakeDns keys)
      throws Exception {
    Path folder = Files.createTempDirectory("verify");
    return List.copyOf(verifier.verify(folder, Map.of("message", message), keys).values());
  }
}

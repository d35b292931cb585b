package io.authserver.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The verifiers that are not ours. */
final class Verifiers implements AutoCloseable {
  private final JdkimVerifier jdkim;
  private final DkimpyVerifier dkimpy;

  private Verifiers(JdkimVerifier jdkim, DkimpyVerifier dkimpy) {
    this.jdkim = jdkim;
    this.dkimpy = dkimpy;
  }

  /**
   * Starts them.
   *
   * @param directory where they may write
   * @param records the TXT records that a resolver would give them, by name without a final dot
   */
  static Verifiers start(Path directory, Map<String, String> records) throws IOException {
    return new Verifiers(new JdkimVerifier(records), DkimpyVerifier.start(directory, records));
  }

  /** Returns, in words, who verifies what. */
  String describe() {
    String missing = dkimpy.missing("ed25519-sha256");
    return JdkimVerifier.NAME
        + " for RSA, "
        + (missing == null ? "dkimpy for Ed25519 and RSA" : "nobody for Ed25519: " + missing);
  }

  /**
   * Returns what they say: jDKIM of each RSA signature, dkimpy of each signature, or, of one that
   * nobody can check, that nobody did.
   */
  List<Verdict> verify(byte[] message) throws IOException {
    List<Verdict> verdicts = new ArrayList<>(jdkim.verify(message));
    for (Verdict verdict : dkimpy.verify(message)) {
      boolean checkedByJdkim = verdict.algorithm().equals(JdkimVerifier.ALGORITHM);
      if (verdict.result() != Verdict.Result.NOT_CHECKED || !checkedByJdkim) {
        verdicts.add(verdict);
      }
    }
    return verdicts;
  }

  @Override
  public void close() {
    dkimpy.close();
  }
}

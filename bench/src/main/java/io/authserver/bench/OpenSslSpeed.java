package io.authserver.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/** {@code openssl speed}: what a core can sign. */
final class OpenSslSpeed {
  private OpenSslSpeed() {}

  /**
   * Returns RSA-2048 signatures a second of CPU time, as {@code openssl} counts them; empty where
   * the program is not installed.
   *
   * @param seconds how long it signs, and how long it verifies
   */
  static OptionalDouble rsa2048(Children children, int seconds)
      throws IOException, InterruptedException {
    Process process;
    try {
      process =
          children.start(
              new ProcessBuilder(
                      "openssl", "speed", "-mr", "-seconds", Integer.toString(seconds), "rsa2048")
                  .redirectError(ProcessBuilder.Redirect.DISCARD));
    } catch (BenchFailure e) {
      throw e;
    } catch (IOException e) {
      return OptionalDouble.empty();
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new BenchFailure("openssl speed failed");
    }
    // +F2:INDEX:BITS:SIGNATURES A SECOND:VERIFICATIONS A SECOND
    return OptionalDouble.of(
        said.lines()
            .filter(line -> line.startsWith("+F2:"))
            .map(line -> line.split(":", -1))
            .filter(fields -> fields.length == 5 && fields[2].equals("2048"))
            .mapToDouble(fields -> Double.parseDouble(fields[3]))
            .findFirst()
            .orElseThrow(() -> new BenchFailure("openssl speed says: " + said.strip())));
  }
}

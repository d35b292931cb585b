package io.authserver.dkim.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** A verifier that is not ours, run once for a folder of messages. */
public enum Oracle {
  DKIMPY("dkimpy", "dkimpy.py", "/usr/bin/python3", "-c", "import dkim, nacl.signing"),
  MAIL_DKIM("Mail::DKIM", "mail-dkim.pl", "perl", "-e", "use Mail::DKIM::Verifier"),
  /** One process a message, in namespaces of its own: see the script. */
  OPENDKIM(
      "opendkim-testmsg",
      "opendkim-testmsg.py",
      "/usr/bin/python3",
      "-c",
      "import ctypes, shutil, sys; sys.exit(not shutil.which('opendkim-testmsg',"
          + " path='/usr/bin:/usr/sbin') or ctypes.CDLL(None).unshare(0x50020000))");

  private static final long PROBE_SECONDS = 30;
  private static final long RUN_SECONDS = 240;

  private final String name;
  private final String script;
  private final String interpreter;
  private final String option;
  private final String probe;

  Oracle(String name, String script, String interpreter, String option, String probe) {
    this.name = name;
    this.script = script;
    this.interpreter = interpreter;
    this.option = option;
    this.probe = probe;
  }

  /** Skips the test where this oracle is not installed, or fails it where all are required. */
  public void require() {
    if (!installed()) {
      String missing = "oracle missing: " + name;
      Assertions.assertNotEquals("1", System.getenv("AUTHSERVER_REQUIRE_ALL"), missing);
      Assumptions.abort(missing);
    }
  }

  private boolean installed() {
    try {
      Process process =
          new ProcessBuilder(interpreter, option, probe)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException _) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Verifies messages.
   *
   * @param folder an empty folder to work in
   * @param messages by name
   * @return {@code pass}, or the result and its detail, under the message's name, a space, and the
   *     selector
   */
  public Map<String, String> verify(Path folder, Map<String, byte[]> messages, FakeDns dns)
      throws IOException, InterruptedException {
    StringBuilder zone = new StringBuilder();
    dns.records().forEach((name, texts) -> zone.append(name + " " + texts.getFirst() + "\n"));
    Files.writeString(folder.resolve("dns.txt"), zone);
    for (Map.Entry<String, byte[]> message : messages.entrySet()) {
      Files.write(folder.resolve(message.getKey() + ".eml"), message.getValue());
    }
    Path program = folder.resolve(script);
    try (InputStream source = Oracle.class.getResourceAsStream("/oracles/" + script)) {
      Files.copy(source, program);
    }
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(interpreter, program.toString(), folder.toString())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    if (!process.waitFor(RUN_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      Assertions.fail(name + " did not end in time");
    }
    Assertions.assertEquals(0, process.exitValue(), () -> name + ": " + read(errors));
    Map<String, String> results = new TreeMap<>();
    for (String line : read(output).lines().toList()) {
      String[] parts = line.split("\t", -1);
      String key = parts[0].replaceFirst("\\.eml$", "") + " " + parts[1];
      results.put(key, parts[2].equals("pass") ? "pass" : parts[2] + " " + parts[3]);
    }
    return results;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return e.toString();
    }
  }
}

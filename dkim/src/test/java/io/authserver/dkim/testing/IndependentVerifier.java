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

/** A verifier that is not ours, run once for a folder of messages; it has to be installed. */
public enum IndependentVerifier {
  /** {@link io.authserver.smtp.testing.Oracle#DKIMPY}. */
  DKIMPY("dkimpy", "dkimpy.py", "/usr/bin/python3"),
  /** {@link io.authserver.smtp.testing.Oracle#MAIL_DKIM}. */
  MAIL_DKIM("Mail::DKIM", "mail-dkim.pl", "/usr/bin/perl"),
  /**
   * {@link io.authserver.smtp.testing.Oracle#OPENDKIM}: one process a message, in namespaces of its
   * own: see the script.
   */
  OPENDKIM("opendkim-testmsg", "opendkim-testmsg.py", "/usr/bin/python3");

  private static final long RUN_SECONDS = 240;

  private final String name;
  private final String script;
  private final String interpreter;

  IndependentVerifier(String name, String script, String interpreter) {
    this.name = name;
    this.script = script;
    this.interpreter = interpreter;
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
    try (InputStream source = IndependentVerifier.class.getResourceAsStream("/oracles/" + script)) {
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

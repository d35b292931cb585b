package io.authserver.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * dkimpy, where the system's Python has it: verifies both kinds of signatures. One Python process
 * for all messages.
 */
final class DkimpyVerifier implements AutoCloseable {
  static final String NAME = "dkimpy";
  static final Path PYTHON = Path.of("/usr/bin/python3");

  private static final Duration ANSWER_WAIT = Duration.ofSeconds(20);

  private final @Nullable Process python;
  private final @Nullable BufferedReader answers;
  private final boolean ed25519;

  private DkimpyVerifier(
      @Nullable Process python, @Nullable BufferedReader answers, boolean ed25519) {
    this.python = python;
    this.answers = answers;
    this.ed25519 = ed25519;
  }

  /**
   * Starts Python, if there is one with dkimpy.
   *
   * @param directory where the script and the records may be written
   * @param records the TXT records, by name without a final dot
   */
  static DkimpyVerifier start(Path directory, Map<String, String> records) throws IOException {
    if (!Files.isExecutable(PYTHON)) {
      return new DkimpyVerifier(null, null, false);
    }
    Path script = directory.resolve("dkimpy.py");
    try (InputStream source = DkimpyVerifier.class.getResourceAsStream("dkimpy.py")) {
      if (source == null) {
        throw new IOException("dkimpy.py is missing in the class path");
      }
      Files.write(script, source.readAllBytes());
    }
    Path dns = directory.resolve("dkimpy-records.json");
    Files.writeString(
        dns,
        records.entrySet().stream()
            .map(entry -> Json.quote(entry.getKey()) + ": " + Json.quote(entry.getValue()))
            .collect(Collectors.joining(",\n", "{", "}\n")));
    Process python =
        new ProcessBuilder(PYTHON.toString(), "-B", script.toString(), dns.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader answers = python.inputReader(StandardCharsets.UTF_8);
    String first = answer(python, answers);
    if (first == null) {
      python.destroyForcibly();
      return new DkimpyVerifier(null, null, false);
    }
    boolean ed25519 =
        Json.parse(first) instanceof Map<?, ?> can && Boolean.TRUE.equals(can.get("ed25519"));
    return new DkimpyVerifier(python, answers, ed25519);
  }

  /** Returns whether dkimpy can be imported. */
  boolean isAvailable() {
    return python != null;
  }

  /** Returns why a signature with this algorithm cannot be checked, or null where it can. */
  @Nullable String missing(String algorithm) {
    if (python == null) {
      return "dkimpy is not installed for " + PYTHON;
    }
    return ed25519 || !algorithm.startsWith("ed25519") ? null : "python3-nacl is not installed";
  }

  /**
   * Returns a verdict for each signature of a message.
   *
   * @throws IOException when Python does not answer
   */
  List<Verdict> verify(byte[] message) throws IOException {
    List<Verdict> verdicts = new ArrayList<>();
    if (python == null || answers == null) {
      for (Fields.Field field : Fields.of(message).named("DKIM-Signature")) {
        Map<String, String> tags = field.tags();
        verdicts.add(verdict(tags, Verdict.Result.NOT_CHECKED));
      }
      return verdicts;
    }
    OutputStream in = python.getOutputStream();
    in.write((message.length + "\n").getBytes(StandardCharsets.US_ASCII));
    in.write(message);
    in.flush();
    String line = answer(python, answers);
    if (line == null || !(Json.parse(line) instanceof List<?> signatures)) {
      throw new IOException("dkimpy does not answer");
    }
    for (Object signature : signatures) {
      if (signature instanceof Map<?, ?> tags) {
        verdicts.add(verdict(tags, null));
      }
    }
    return verdicts;
  }

  private Verdict verdict(Map<?, ?> tags, Verdict.@Nullable Result known) {
    String algorithm = text(tags, "a");
    String missing = missing(algorithm);
    String said = text(tags, "result");
    Verdict.Result result = known;
    if (result == null) {
      result =
          missing != null
              ? Verdict.Result.NOT_CHECKED
              : said.equals("pass") ? Verdict.Result.PASS : Verdict.Result.FAIL;
    }
    return new Verdict(
        NAME,
        algorithm,
        text(tags, "d"),
        text(tags, "s"),
        result,
        missing != null ? missing : said);
  }

  private static String text(Map<?, ?> tags, String name) {
    Object value = tags.get(name);
    return value == null ? "" : value.toString();
  }

  private static @Nullable String answer(Process python, BufferedReader answers)
      throws IOException {
    CompletableFuture<@Nullable String> line = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("dkimpy-answer")
        .start(
            () -> {
              try {
                line.complete(answers.readLine());
              } catch (IOException e) {
                line.completeExceptionally(e);
              }
            });
    try {
      return line.get(ANSWER_WAIT.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      python.destroyForcibly();
      throw new IOException("dkimpy does not answer", e);
    } catch (ExecutionException e) {
      throw new IOException("dkimpy does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    if (python != null) {
      python.destroyForcibly();
    }
  }
}

package io.authserver.storm;

import io.authserver.mailforwarder.MailForwarderMain;
import io.authserver.smtp.testing.DaemonProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** mailforwarder as bin/mailforwarder starts it, but for the size of its heap. */
final class SmallDaemon implements AutoCloseable {
  private static final int LINES_KEPT = 8;

  private final Process process;
  private final CountDownLatch ready = new CountDownLatch(1);
  // Guarded by itself.
  private final Deque<String> log = new ArrayDeque<>();

  /**
   * Starts it and waits until it is ready.
   *
   * @param heap as Java's option -Xmx has it
   */
  SmallDaemon(String heap, Map<String, String> settings) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String launcher = Files.readString(Path.of("..", "bin", ".launch"));
    command.addAll(options(launcher, "COMMON_OPTIONS"));
    command.addAll(options(launcher, "DAEMON_OPTIONS"));
    command.removeIf(option -> option.startsWith("-Xmx"));
    command.add("-Xmx" + heap);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), MailForwarderMain.class.getName()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.matches("(MAILFORWARDER|AUTHSERVER|DATABASE)_.*"));
    builder.environment().putAll(settings);
    process = builder.start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    DaemonProcess.reader("daemon-log", () -> follow(lines));
    if (!ready.await(60, TimeUnit.SECONDS) || !process.isAlive()) {
      throw new AssertionError("not ready: " + lastWords());
    }
  }

  private static List<String> options(String launcher, String name) {
    Matcher matcher =
        Pattern.compile("^readonly " + name + "=\\((.+)\\)$", Pattern.MULTILINE).matcher(launcher);
    if (!matcher.find()) {
      throw new AssertionError(name + " is not in bin/.launch");
    }
    return List.of(matcher.group(1).split(" ", -1));
  }

  private void follow(BufferedReader lines) {
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (log) {
          if (log.size() == LINES_KEPT) {
            log.removeFirst();
          }
          log.add(line.substring(0, Math.min(300, line.length())));
        }
        if (line.contains("event=ready")) {
          ready.countDown();
        }
      }
    } catch (IOException e) {
      // It was ended and its stream closed.
    } finally {
      ready.countDown();
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Returns how it ended, and the end of its log. */
  String lastWords() {
    synchronized (log) {
      return (process.isAlive() ? "alive" : "ended with status " + process.exitValue())
          + "; log:\n"
          + String.join("\n", log);
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}

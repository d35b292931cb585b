package io.authserver.realservers;

import io.authserver.smtp.testing.RawSmtpClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The site's OpenSMTPD, with the files of docs/opensmtpd.md. */
final class OpenSmtpd {
  static final String CONFIGURATION = "/etc/smtpd.conf";
  static final String TABLE = "/etc/smtpd/postgres.conf";
  static final String PERMISSION_QUERY = "query_credentials with a required permission";

  private static final String ROOT = "smtpd";
  private static final int OPENSMTPD_GROUP = 990;
  private static final String DOCUMENT = "opensmtpd.md";
  private static final Duration SOON = Duration.ofSeconds(30);

  private @Nullable Process process;

  /** Puts the documented files into place and starts it. */
  static OpenSmtpd create(String certificate, String key) throws IOException {
    Place.write(ROOT, "/etc/mailname", "mx.example.org\n");
    Place.write(ROOT, "/etc/ssl/mx.example.org.crt", certificate);
    Place.write(ROOT, "/etc/ssl/certs/ca-certificates.crt", certificate);
    Place.write(ROOT, "/etc/ssl/private/mx.example.org.key", key);
    Place.write(ROOT, CONFIGURATION, Documents.file(DOCUMENT, CONFIGURATION));
    OpenSmtpd server = new OpenSmtpd();
    server.useTable(Documents.file(DOCUMENT, TABLE));
    server.start();
    return server;
  }

  private void useTable(String content) throws IOException {
    Place.write(ROOT, TABLE, content);
    // as the document says: root, opensmtpd, 0640
    Path file = Place.in(ROOT, TABLE);
    Files.setAttribute(file, "unix:gid", OPENSMTPD_GROUP);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
  }

  /** Has it started anew with or without the query that requires a permission. */
  void requirePermission(boolean required) throws IOException, InterruptedException {
    String table = Documents.file(DOCUMENT, TABLE);
    String query = Documents.file(DOCUMENT, PERMISSION_QUERY).lines().skip(1).findFirst().get();
    String changed = table.replaceAll("(?m)^query_credentials .*$", query.replace("$", "\\$"));
    stop();
    useTable(required ? changed : table);
    start();
  }

  void start() throws IOException {
    Process started =
        Place.start("smtpd", Place.inRoot(ROOT, "", List.of("/usr/sbin/smtpd", "-d")), Map.of());
    process = started;
    Place.await(
        "OpenSMTPD greets",
        SOON,
        () -> {
          if (!started.isAlive()) {
            throw new AssertionError("OpenSMTPD ended; see " + Place.log("smtpd"));
          }
          return greets();
        });
  }

  private static boolean greets() {
    try (RawSmtpClient client = new RawSmtpClient(edge())) {
      client.expect("220");
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  void stop() throws InterruptedException {
    Process running = Objects.requireNonNull(process, "OpenSMTPD does not run");
    running.destroy();
    Place.awaitEnd("smtpd", running);
    process = null;
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Returns the address where it takes mail from the internet. */
  static InetSocketAddress edge() {
    return new InetSocketAddress(Place.SITE_ADDRESS, 25);
  }

  /** Returns the address where it takes mail of users who log in, under TLS. */
  static InetSocketAddress submission() {
    return new InetSocketAddress(Place.SITE_ADDRESS, 465);
  }

  /** Runs smtpctl and returns what it says. */
  String control(String... arguments) throws IOException, InterruptedException {
    return Place.run(
        Place.inRoot(
            ROOT,
            "",
            java.util.stream.Stream.concat(
                    java.util.stream.Stream.of("/usr/sbin/smtpctl"),
                    java.util.Arrays.stream(arguments))
                .toList()));
  }

  /** Has everything tried again that waits in the queue, also for routes that it has given up. */
  void scheduleAll() throws IOException, InterruptedException {
    for (String line : control("show", "routes").lines().toList()) {
      // e.g. "6. [] <-> 127.0.0.1 (localhost) D--- ..."
      if (line.matches("[0-9]+\\. .* [A-Z-]*D[A-Z-]* .*")) {
        control("resume", "route", line.substring(0, line.indexOf('.')));
      }
    }
    control("schedule", "all");
  }

  /** Returns the envelopes that wait, a line each. */
  List<String> queue() throws IOException, InterruptedException {
    return control("show", "queue").lines().toList();
  }

  /** Returns whether nothing is under way: what is in the queue waits for its next try. */
  boolean idle() throws IOException, InterruptedException {
    return queue().stream().allMatch(OpenSmtpd::isWaiting);
  }

  /** Returns whether a line of {@link #queue} is about an envelope that waits for its next try. */
  static boolean isWaiting(String line) {
    return line.contains("|pending|");
  }

  /**
   * Waits until it has given up the connections that it keeps idle, 10 s after the last message.
   */
  void awaitNoSessions() {
    Place.await(
        "OpenSMTPD keeps no connection",
        SOON,
        // before the first one there is no such line
        () -> !control("show", "stats").matches("(?s).*\\bmta\\.session=[1-9].*"));
  }
}

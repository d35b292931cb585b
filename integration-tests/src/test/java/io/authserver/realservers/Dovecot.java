package io.authserver.realservers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The site's Dovecot, with the files of docs/dovecot.md. */
final class Dovecot {
  static final String CONFIGURATION = "/etc/dovecot/dovecot.conf";
  static final String QUERIES = "/etc/dovecot/dovecot-sql.conf.ext";
  static final String PERMISSION_QUERY = "password_query with a required permission";

  private static final String ROOT = "dovecot";
  private static final String DOCUMENT = "dovecot.md";
  private static final Duration SOON = Duration.ofSeconds(30);

  private @Nullable Process process;

  /** Puts the documented files into place and starts it. */
  static Dovecot create(String certificate, String key) throws IOException {
    Place.write(ROOT, "/etc/ssl/mx.example.org.crt", certificate);
    Place.write(ROOT, "/etc/ssl/private/mx.example.org.key", key);
    Place.write(ROOT, CONFIGURATION, Documents.file(DOCUMENT, CONFIGURATION));
    Place.write(ROOT, QUERIES, Documents.file(DOCUMENT, QUERIES));
    Dovecot server = new Dovecot();
    server.start();
    return server;
  }

  private void start() throws IOException {
    Process started =
        Place.start(
            "dovecot",
            Place.inRoot(
                ROOT,
                "",
                // Debian's build logs to syslog, which is not there
                List.of("/usr/sbin/dovecot", "-F", "-o", "log_path=/dev/stderr")),
            Map.of());
    process = started;
    Place.await(
        "Dovecot listens",
        SOON,
        () -> {
          if (!started.isAlive()) {
            throw new AssertionError("Dovecot ended; see " + Place.log("dovecot"));
          }
          return listens() && Files.exists(Place.in(ROOT, "/run/dovecot/lmtp"));
        });
  }

  private static boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(imap(), 1000);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private void stop() throws InterruptedException {
    Process running = Objects.requireNonNull(process, "Dovecot does not run");
    running.destroy();
    Place.awaitEnd("dovecot", running);
    process = null;
  }

  /** Has it started anew with or without the query that requires a permission. */
  void requirePermission(boolean required) throws IOException, InterruptedException {
    String queries = Documents.file(DOCUMENT, QUERIES);
    String query = Documents.file(DOCUMENT, PERMISSION_QUERY).lines().skip(1).findFirst().get();
    String changed = queries.replaceAll("(?m)^password_query .*$", query);
    stop();
    Place.write(ROOT, QUERIES, required ? changed : queries);
    start();
  }

  /** Has it started anew with the documented dovecot.conf and more. */
  void useMore(String more) throws IOException, InterruptedException {
    stop();
    Place.write(ROOT, CONFIGURATION, Documents.file(DOCUMENT, CONFIGURATION) + more);
    start();
  }

  /** Returns the address where it serves IMAP, under TLS. */
  static InetSocketAddress imap() {
    return new InetSocketAddress(Place.SITE_ADDRESS, 993);
  }
}

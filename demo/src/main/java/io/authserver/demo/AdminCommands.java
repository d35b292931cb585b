package io.authserver.demo;

import io.authserver.admin.Main;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs {@code authserver} commands inside this process, by the code that the commands run. */
final class AdminCommands {
  private final Map<String, String> environment;

  /**
   * Makes them.
   *
   * @param environment what the commands find in their environment, e.g. DATABASE_URL
   */
  AdminCommands(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /**
   * Runs a command.
   *
   * @return what it printed
   * @throws DemoFailure with what it said, when it did not end with 0
   */
  String run(String... arguments) throws DemoFailure {
    return runWith("", arguments);
  }

  /** Runs a command that reads standard input. */
  String runWith(String input, String... arguments) throws DemoFailure {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(
            arguments,
            environment,
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    if (status != 0) {
      throw new DemoFailure(
          "authserver "
              + String.join(" ", arguments)
              + " ended with status "
              + status
              + ": "
              + err.toString(StandardCharsets.UTF_8).strip());
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /**
   * Returns the TXT records of a domain's keys, by name without a final dot, as {@code dkim dns}
   * prints them.
   */
  List<DnsRecord> dnsRecords(String domain) throws DemoFailure {
    String json = run("dkim", "dns", domain, "--format", "json");
    List<DnsRecord> records = new ArrayList<>();
    if (Json.parse(json) instanceof List<?> list) {
      for (Object element : list) {
        if (element instanceof Map<?, ?> record) {
          String name = String.valueOf(record.get("name"));
          records.add(
              new DnsRecord(name.replaceFirst("\\.$", ""), String.valueOf(record.get("value"))));
        }
      }
    }
    return records;
  }

  /**
   * A TXT record.
   *
   * @param name its name, without a final dot
   * @param value its value, in one piece
   */
  record DnsRecord(String name, String value) {}
}

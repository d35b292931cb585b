package io.authserver.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.Terminal;
import io.authserver.admin.dns.DnsAccess;
import io.authserver.admin.output.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The command line as a test calls it. Secrets named here must never be printed. */
final class Cli {
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> secrets = new ArrayList<>();
  private Clock clock = Clock.systemUTC();
  private DnsAccess dns = DnsAccess.ofSystem();

  /** What a call did. */
  record Result(int code, String out, String err) {
    /** Requires an exit code. */
    Result exits(int expected) {
      assertEquals(expected, code, this::toString);
      return this;
    }

    /** Requires exit code 1 and one sentence, which says so. */
    Result refuses(String sentence) {
      exits(1);
      assertEquals("authserver: " + sentence + "\n", err);
      assertEquals("", out);
      return this;
    }

    /** Requires exit code 1, lines that show what is meant, and one sentence after them. */
    Result refuses(String shown, String sentence) {
      exits(1);
      assertEquals(shown + "\nauthserver: " + sentence + "\n", err);
      assertEquals("", out);
      return this;
    }

    /** Reads the rows that were printed as JSON. */
    List<Map<String, Object>> rows() {
      exits(0);
      return JsonReader.rows(out);
    }

    /** Reads the only row. */
    Map<String, Object> row() {
      List<Map<String, Object>> rows = rows();
      assertEquals(1, rows.size(), this::toString);
      return rows.get(0);
    }
  }

  /** A terminal with a person who types prepared answers. */
  static class Typist implements Terminal {
    private final Deque<String> answers;
    private final List<String> prompts = new ArrayList<>();

    Typist(String... answers) {
      this.answers = new ArrayDeque<>(List.of(answers));
    }

    List<String> prompts() {
      return prompts;
    }

    @Override
    public String readLine(String prompt) {
      prompts.add(prompt);
      return answers.poll();
    }

    @Override
    public char[] readPassword(String prompt) {
      String answer = readLine(prompt);
      return answer == null ? null : answer.toCharArray();
    }
  }

  Cli with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Cli hiding(String secret) {
    secrets.add(secret);
    return this;
  }

  Cli asking(DnsAccess access) {
    dns = access;
    return this;
  }

  Cli at(Clock time) {
    clock = time;
    return this;
  }

  /** Calls it without a terminal and with empty standard input. */
  Result run(String... args) {
    return run(null, "", args);
  }

  /** Calls it with standard input. */
  Result piped(String input, String... args) {
    return run(null, input, args);
  }

  /** Calls it at a terminal. */
  Result typed(Typist typist, String... args) {
    return run(typist, "", args);
  }

  /** Calls it and requires exit code 0. */
  Result ok(String... args) {
    return run(args).exits(0);
  }

  private Result run(Terminal terminal, String input, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Context context =
        new Context(
            environment,
            new ByteArrayInputStream(input.getBytes(UTF_8)),
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            terminal,
            clock,
            dns);
    int code = Main.run(args, context);
    Result result =
        new Result(
            code,
            out.toString(UTF_8).replace(System.lineSeparator(), "\n"),
            err.toString(UTF_8).replace(System.lineSeparator(), "\n"));
    for (String secret : secrets) {
      assertFalse(result.out().contains(secret), "a secret was printed");
      assertFalse(result.err().contains(secret), "a secret was printed");
    }
    for (String trace : List.of("Exception", "\tat ", "SELECT", "INSERT", "UPDATE ", "Key (")) {
      assertFalse(result.err().contains(trace), result::err);
    }
    return result;
  }
}

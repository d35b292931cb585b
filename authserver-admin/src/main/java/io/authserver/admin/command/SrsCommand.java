package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.ExitCode;
import io.authserver.admin.cli.Time;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.output.Json;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.alias.JdbcSrsKeyStore;
import io.authserver.db.alias.JdbcSrsTokenStore;
import io.authserver.db.alias.SrsKeys;
import io.authserver.db.alias.SrsTokenStore;
import io.authserver.mailforwarder.ForwarderSettings;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsReversal;
import io.authserver.mailforwarder.srs.SrsToken;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.daemon.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code authserver srs}. */
@Command(
    name = "srs",
    description = {
      "Rewrite senders as mailforwarder does, and reverse that.",
      "Addresses come on standard input, a line each; the results go to standard output, a line"
          + " each in the same order. Where there is no result its line is empty, and standard"
          + " error says why.",
      "The secrets are mailforwarder's: MAILFORWARDER_SRS_SECRET, MAILFORWARDER_SRS_SECRET_FILE, a"
          + " file in --env-dir, or a systemd credential, else those of the database"
          + " (DATABASE_URL); never a flag. The hash has the form of MAILFORWARDER_SRS_FORM, else"
          + " that of the database, else that of Mail::SRS."
    },
    subcommands = {SrsCommand.Forward.class, SrsCommand.Reverse.class})
public final class SrsCommand {
  /** Made by picocli. */
  public SrsCommand() {}

  /** An address that has no result; the message says why, without naming a secret. */
  static final class NoResultException extends Exception {
    private static final long serialVersionUID = 1L;

    NoResultException(String why) {
      super(why);
    }
  }

  /** Options of both directions. */
  static final class Options {
    @Option(
        names = "--at",
        paramLabel = "TIME",
        converter = Time.class,
        description =
            "As if it were that time: 2026-03-04T05:06:07Z, 2026-03-04, or seconds since 1970"
                + " (default: now).")
    private @Nullable Instant at;

    @Option(
        names = "--verbatim",
        description =
            "Take the quotes of a quoted local part as a part of it, as Mail::SRS and postsrsd do;"
                + " mailforwarder does not.")
    private boolean verbatim;

    @Option(names = "--json", description = "A list of objects: line, address, result, error.")
    private boolean json;
  }

  /** What both directions have in common: a line in, a line out. */
  abstract static class Direction extends AdminCommand {
    @Mixin private final Options options = new Options();

    private @Nullable SrsTokenStore tokens;

    Direction(Context context) {
      super(context);
    }

    abstract String result(String address, Srs srs, Settings settings)
        throws NoResultException, IOException, RefusedException, UsageException;

    /** Refuses a call that cannot have a result, before a line is read. */
    void check(Settings settings) throws UsageException {}

    SrsTokenStore tokens() throws IOException, UsageException {
      SrsTokenStore open = tokens;
      if (open == null) {
        open = new JdbcSrsTokenStore(context().pool(), context().clock());
        tokens = open;
      }
      return open;
    }

    Instant at() {
      Instant given = options.at;
      return given == null ? context().clock().instant() : given;
    }

    Mailbox parse(String address) throws NoResultException {
      int at = address.lastIndexOf('@');
      try {
        return options.verbatim && at > 0
            ? new Mailbox(address.substring(0, at), address.substring(at + 1))
            : Mailbox.parse(address);
      } catch (IllegalArgumentException e) {
        throw new NoResultException("not an address: " + e.getMessage());
      }
    }

    String text(String localPart, String domain) throws NoResultException {
      if (options.verbatim) {
        return localPart + "@" + domain;
      }
      try {
        return new Mailbox(localPart, domain).toString();
      } catch (IllegalArgumentException e) {
        throw new NoResultException("what was rewritten is no address");
      }
    }

    @Override
    protected final void run() throws IOException, RefusedException, UsageException {
      Settings settings = context().settings(ForwarderSettings.deciding());
      SrsKeys known =
          context().hasDatabase() ? new JdbcSrsKeyStore(context().pool()).find(null) : null;
      Srs srs =
          ForwarderSettings.returnAddresses(settings, known)
              .orElseThrow(
                  () ->
                      new UsageException(
                          "MAILFORWARDER_SRS_SECRET must be set as mailforwarder has it (or"
                              + " MAILFORWARDER_SRS_SECRET_FILE, --env-dir, a systemd credential),"
                              + " or DATABASE_URL to a database with a secret"))
              .srs();
      check(settings);
      Lines lines = new Lines(context().in());
      PrintStream out = context().out();
      String separator = "[";
      for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
        String result = null;
        String error = null;
        try {
          String address = line.text();
          if (address == null) {
            throw new NoResultException(
                "not a line of UTF-8 of at most %d octets".formatted(Lines.MAX_OCTETS));
          }
          result = result(address.strip(), srs, settings);
        } catch (NoResultException e) {
          error = String.valueOf(e.getMessage());
          say("authserver: line " + line.number() + ": " + error);
          exitWith(ExitCode.REFUSED);
        }
        if (options.json) {
          out.print(separator + Json.write(fields(line, result, error)));
          separator = ",\n ";
        } else {
          out.println(result == null ? "" : result);
        }
      }
      if (options.json) {
        out.println(separator.equals("[") ? "[]" : "]");
      }
    }

    private static Map<String, @Nullable Object> fields(
        Lines.Line line, @Nullable String result, @Nullable String error) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("line", line.number());
      fields.put("address", line.text());
      fields.put("result", result);
      fields.put("error", error);
      return fields;
    }
  }

  /** {@code authserver srs forward}. */
  @Command(
      name = "forward",
      description = {
        "Rewrite senders into addresses of a domain of ours.",
        "<> stays as it is. With a database (DATABASE_URL), a result that would have more than 64"
            + " octets before the @, or need quotes or SMTPUTF8, has a token, and the database"
            + " keeps its sender, as mailforwarder does it; without one it is as long as it has to"
            + " be.",
        "Whether mailforwarder rewrites the sender of a message at all is what"
            + " authserver explain tells."
      },
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {
        "0:every line has a result",
        "1:a line has none",
        "2:wrong usage, or no secret",
        "3:the database cannot be reached"
      })
  static final class Forward extends Direction {
    @Option(
        names = "--domain",
        paramLabel = "DOMAIN",
        description = "The domain of the results (default: MAILFORWARDER_SRS_DOMAIN).")
    private @Nullable String domain;

    Forward(Context context) {
      super(context);
    }

    @Override
    void check(Settings settings) throws UsageException {
      domain(settings);
    }

    @Override
    String result(String address, Srs srs, Settings settings)
        throws NoResultException, IOException, UsageException {
      if (address.equals("<>")) {
        return address;
      }
      Mailbox sender = parse(address);
      // As mailforwarder has it: Mail::SRS keeps the case of a domain.
      String of = sender.isAscii() ? sender.domain() : sender.foldedDomain();
      if (!context().hasDatabase()) {
        return text(srs.forward(sender.localPart(), of, at()), domain(settings));
      }
      Srs.Rewritten made = srs.rewrite(sender.localPart(), of, at());
      SrsToken token = made.token();
      if (token != null) {
        tokens().keep(Map.of(token.token(), token.address()));
      }
      return text(made.localPart(), domain(settings));
    }

    private String domain(Settings settings) throws UsageException {
      String given = domain;
      if (given == null) {
        return ForwarderSettings.srsDomain(settings)
            .orElseThrow(
                () ->
                    new UsageException("--domain or MAILFORWARDER_SRS_DOMAIN must name a domain"));
      }
      try {
        return Mailbox.parse("x@" + given).foldedDomain();
      } catch (IllegalArgumentException e) {
        throw new UsageException("--domain: not a domain");
      }
    }
  }

  /** {@code authserver srs reverse}. */
  @Command(
      name = "reverse",
      description = {
        "Find the senders that were rewritten.",
        "One step: of an SRS1 address the SRS0 address of the first forwarder."
      },
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {
        "0:every line has a result",
        "1:a line has none",
        "2:wrong usage, or no secret",
        "3:the database cannot be reached"
      })
  static final class Reverse extends Direction {
    Reverse(Context context) {
      super(context);
    }

    @Override
    String result(String address, Srs srs, Settings settings)
        throws NoResultException, IOException, UsageException {
      return switch (srs.reverse(parse(address).localPart(), at())) {
        case SrsReversal.Original(String localPart, String domain) -> text(localPart, domain);
        case SrsReversal.Token(String token) -> redeem(token);
        case SrsReversal.BadHash() ->
            throw new NoResultException("its hash was made with none of the secrets");
        case SrsReversal.BadTimestamp() ->
            throw new NoResultException("it has expired, or its time stamp is none");
        case SrsReversal.TooDeep() ->
            throw new NoResultException("it leads through too many other return addresses");
        case SrsReversal.NotSrs() -> throw new NoResultException("not an SRS address");
      };
    }

    private String redeem(String token) throws NoResultException, IOException, UsageException {
      if (!context().hasDatabase()) {
        throw new NoResultException(
            "its sender is kept in the database, and DATABASE_URL is not set");
      }
      String sender = tokens().find(List.of(token)).get(token);
      if (sender == null) {
        throw new NoResultException("its sender is not kept in the database, or no longer");
      }
      int at = sender.lastIndexOf('@');
      return text(sender.substring(0, at), sender.substring(at + 1));
    }
  }
}

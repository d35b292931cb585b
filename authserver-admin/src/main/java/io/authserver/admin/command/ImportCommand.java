package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.ExitCode;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.mailauth.ImportAction;
import io.authserver.db.mailauth.ImportReport;
import io.authserver.db.mailauth.Kind;
import io.authserver.db.mailauth.MailauthImport;
import io.authserver.db.mailauth.MailauthSource;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.pool.DatabaseSettings;
import io.authserver.db.pool.DatabaseUrl;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.smtp.daemon.Setting;
import io.authserver.smtp.daemon.SettingsTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code authserver import}. */
@Command(
    name = "import",
    description = "Carry a site over from another program.",
    subcommands = ImportCommand.Mailauth.class)
public final class ImportCommand {
  /** Made by picocli. */
  public ImportCommand() {}

  /** What happens to mail for blacklisted aliases. */
  enum BlockAction {
    /** 550. */
    reject,
    /** Taken and thrown away. */
    drop,
    /** 451. */
    defer
  }

  /** {@code authserver import mailauth}. */
  @Command(
      name = "mailauth",
      description = {
        "Carry domains with their keys, users, aliases, lists, service users, permissions and"
            + " groups over from a database of net.maurus.authserver.",
        "It is read in one snapshot and not changed. What the auth database lacks is made, in one"
            + " transaction; what is there already stays as it is, and is reported where it"
            + " differs, so that a second run changes nothing.",
        "A line for each thing that is made, left out, changed on the way or different; standard"
            + " error has the counts."
      },
      exitCodeListHeading = "Exit codes:%n",
      exitCodeList = {
        "0:all is carried over, or was here already",
        "1:refused; nothing was changed",
        "2:wrong usage",
        "3:one of the databases cannot be reached; nothing was changed",
        "5:done, and something was left out or is different here"
      })
  static final class Mailauth extends AdminCommand {
    private static final Setting<DatabaseUrl> SOURCE =
        DatabaseSettings.url("MAILAUTH_DATABASE_URL", "the database that is imported").optional();
    private static final SettingsTable TABLE = SettingsTable.of("authserver", List.of(SOURCE));

    @Option(
        names = "--from",
        paramLabel = "URL",
        description =
            "The reference's database, without a password, which every user of this machine could"
                + " read (default: MAILAUTH_DATABASE_URL, or the file that"
                + " MAILAUTH_DATABASE_URL_FILE names).")
    private @Nullable String from;

    @Option(names = "--from-file", paramLabel = "FILE", description = "The file with that URL.")
    private @Nullable String fromFile;

    @Option(
        names = {"-n", "--dry-run"},
        description = "Do it all, say it, and undo it.")
    private boolean dryRun;

    @Option(
        names = "--blocked",
        paramLabel = "ACTION",
        description =
            "What happens to mail for blacklisted aliases: ${COMPLETION-CANDIDATES} (default:"
                + " ${DEFAULT-VALUE}).")
    private BlockAction blocked = BlockAction.reject;

    @Option(names = "--problems-only", description = "No lines for what is simply made.")
    private boolean problemsOnly;

    @Option(names = "--json", description = "The lines as a JSON array of objects.")
    private boolean json;

    Mailauth(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      DatabaseUrl url = source();
      try (NotePrinter printer = new NotePrinter(context().out(), json, problemsOnly);
          MailauthSource source = MailauthSource.open(url)) {
        WrappingKeys wrappingKeys = source.hasKeys() ? context().wrappingKeys() : null;
        ImportReport report = new ImportReport(printer::print);
        MailauthImport carry =
            new MailauthImport(
                new MailauthImport.Choices(wrappingKeys, context().occasion(), blocked.name()),
                report);
        try {
          if (dryRun) {
            carry.rehearse(source, context().database());
          } else {
            carry.run(source, context().database());
          }
        } catch (RefusedException | AuthDatabaseException e) {
          say("nothing was changed");
          throw e;
        }
        conclude(report);
      }
    }

    private DatabaseUrl source() throws UsageException {
      String given = from;
      if (given != null && fromFile != null) {
        throw new UsageException("--from and --from-file: which of them is meant?");
      }
      if (given == null) {
        String file = fromFile;
        return context()
            .settings(TABLE, file == null ? Map.of() : Map.of("MAILAUTH_DATABASE_URL_FILE", file))
            .find(SOURCE)
            .orElseThrow(
                () ->
                    new UsageException(
                        "--from must name the reference's database, such as"
                            + " postgresql://user@host/name (or --from-file,"
                            + " MAILAUTH_DATABASE_URL, MAILAUTH_DATABASE_URL_FILE)"));
      }
      DatabaseUrl url;
      try {
        url = DatabaseUrl.parse(given);
      } catch (IllegalArgumentException e) {
        throw new UsageException("--from: " + e.getMessage());
      }
      if (url.hasPassword()) {
        throw new UsageException(
            "--from: a password is not accepted on the command line, use --from-file or"
                + " MAILAUTH_DATABASE_URL_FILE");
      }
      return url;
    }

    private void conclude(ImportReport report) {
      List<String> words = new ArrayList<>();
      for (Map.Entry<Kind, ImportReport.Counts> kind : report.counts().entrySet()) {
        ImportReport.Counts counts = kind.getValue();
        words.clear();
        add(words, counts.created(), dryRun ? "would be made" : "made");
        add(words, counts.present(), "here already");
        add(words, counts.of(ImportAction.LEFT_OUT), "left out");
        add(words, counts.of(ImportAction.DIFFERS), "different here");
        add(words, counts.of(ImportAction.CHANGED), "changed on the way");
        add(words, counts.of(ImportAction.NOTE), "to know of");
        say(kind.getKey().plural() + ": " + String.join(", ", words));
      }
      say(dryRun ? "this was a rehearsal; nothing was changed" : "imported");
      if (!report.isComplete()) {
        exitWith(ExitCode.INCOMPLETE);
      }
    }

    private static void add(List<String> words, long count, String what) {
      if (count > 0) {
        words.add(count + " " + what);
      }
    }
  }
}

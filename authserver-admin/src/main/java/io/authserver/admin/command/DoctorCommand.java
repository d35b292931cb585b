package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.ExitCode;
import io.authserver.admin.cli.FormatOption;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.dns.RecordCheck;
import io.authserver.admin.doctor.Findings;
import io.authserver.admin.doctor.KeyExamination;
import io.authserver.admin.output.Rows;
import io.authserver.db.admin.DomainRow;
import io.authserver.db.admin.Examination;
import io.authserver.db.admin.Finding;
import io.authserver.db.admin.KeyRow;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Selection;
import io.authserver.db.migrate.MigrationRunner;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.mailforwarder.ForwarderSettings;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.smtp.daemon.Settings;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code authserver doctor}. */
@Command(
    name = "doctor",
    description = {
      "Look for what is wrong: schema and routines, rights of the daemons' roles, lists that lead"
          + " to themselves or nowhere, targets that are no addresses, aliases of disabled users,"
          + " what leads to deactivated domains and lists, return addresses that could be forged or"
          + " lead nowhere, domains without postmaster or keys, keys that are not in DNS or do not"
          + " open.",
      "Each finding has a kind that stays the same, what it is about, and what mends it. It changes"
          + " nothing."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:nothing is wrong",
      "1:something is, an error or a warning",
      "2:wrong usage",
      "3:it could not be examined: the database cannot be reached or refuses"
    })
public final class DoctorCommand extends AdminCommand {
  private static final Selection INACTIVE_DOMAINS =
      new Selection(List.of(), null, null, null, null, null, null, false);
  private static final List<String> COLUMNS = List.of("severity", "id", "sentence", "mend");

  @Option(names = "--no-dns", description = "Do not look for the records of keys.")
  private boolean noDns;

  @Mixin private final ResolverOption resolver = new ResolverOption();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Findings of each kind, 1 to 10000 (default: ${DEFAULT-VALUE}).")
  private int limit = 20;

  @Mixin private final FormatOption format = new FormatOption();

  DoctorCommand(Context context) {
    super(context);
  }

  @Override
  protected void run() throws IOException, UsageException {
    if (limit < 1 || limit > 10_000) {
      throw new UsageException("--limit must be 1 to 10000");
    }
    Findings findings = new Findings(limit);
    try {
      examine(findings);
    } catch (AuthDatabaseException e) {
      fail(String.valueOf(e.getMessage()));
      return;
    } catch (RefusedException e) {
      fail(String.valueOf(e.getMessage()));
      return;
    }
    new Rows(findings.rows()).print(format.format(), COLUMNS, context().out());
    findings
        .cut()
        .forEach(id -> say("there are more of " + id + " than --limit " + limit + " shows"));
    if (findings.hasProblems()) {
      exitWith(ExitCode.REFUSED);
    } else {
      say("nothing is wrong");
    }
  }

  private void fail(String sentence) {
    say("authserver: " + sentence);
    exitWith(ExitCode.UNREACHABLE);
  }

  private void examine(Findings findings) throws IOException, RefusedException, UsageException {
    List<MigrationRunner.Entry> entries = new MigrationRunner(context().databaseUrl()).drift();
    boolean known = true;
    for (MigrationRunner.Entry entry : entries) {
      String id = kind(entry);
      findings.add(new Finding(id, entry.name(), null));
      known &= id.equals("routine-drift") || id.equals("routine-unknown");
    }
    if (!known) {
      findings.notExamined("the rest", "the schema is not this program's");
      return;
    }
    Examination examination = context().database().examination();
    findings.add(examination.rights());
    findings.add(examination.targets(limit));
    findings.add(
        examination.lists(
            limit,
            ForwarderSettings.maxTargets(
                context().settings(ForwarderSettings.deciding()),
                context().database().site().show().maxTargets())));
    findings.add(examination.bounces(limit));
    findings.add(examination.users(limit));
    returnAddresses(examination, findings);
    findings.add(examination.domains(limit));
    if (context().hasWrappingKeys()) {
      KeyExamination.wrapped(examination, context().wrappingKeys(), findings);
    } else {
      findings.notExamined("private keys", "AUTHSERVER_WRAPPING_KEY_FILE is not set");
    }
    if (!noDns) {
      lookUp(findings);
    }
  }

  private void returnAddresses(Examination examination, Findings findings)
      throws IOException, RefusedException, UsageException {
    Settings settings = context().settings(ForwarderSettings.deciding());
    findings.add(
        examination.returnAddresses(ForwarderSettings.srsDomain(settings).orElse(null), limit));
    int hash = ForwarderSettings.minHashLength(settings);
    if (hash < Srs.DEFAULT_HASH_LENGTH) {
      findings.add(new Finding("srs-hash-short", String.valueOf(hash), null));
    }
  }

  private static String kind(MigrationRunner.Entry entry) {
    boolean migration = entry.kind().equals("migration");
    return switch (entry.state()) {
      case "pending" -> migration ? "schema-behind" : "routine-behind";
      case "changed" -> migration ? "schema-changed" : "routine-behind";
      case "unknown" -> migration ? "schema-ahead" : "routine-unknown";
      default -> "routine-drift";
    };
  }

  private void lookUp(Findings findings) throws IOException, RefusedException, UsageException {
    Set<String> inactive =
        context().database().domains().select(INACTIVE_DOMAINS).stream()
            .map(DomainRow::name)
            .collect(Collectors.toUnmodifiableSet());
    // An active key of a deactivated domain signs nothing; what a retired one has signed may be
    // under way.
    List<KeyRow> keys =
        context().database().keys().list(null).stream()
            .filter(
                key ->
                    key.state().equals("retired")
                        || (key.state().equals("active") && !inactive.contains(key.domain())))
            .toList();
    List<RecordCheck> checks =
        resolver.check(context()).checkAll(keys.stream().map(KeyMaker::record).toList());
    for (int i = 0; i < keys.size(); i++) {
      KeyExamination.published(keys.get(i), checks.get(i), findings);
    }
  }
}

package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.FormatOption;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.output.Rows;
import io.authserver.db.migrate.Bootstrap;
import io.authserver.db.migrate.MigrationRunner;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code authserver db}. */
@Command(
    name = "db",
    description = "The auth database itself: roles, schema, routines.",
    subcommands = {DbCommand.BootstrapDb.class, DbCommand.Migrate.class, DbCommand.Status.class})
public final class DbCommand {
  /** Made by picocli. */
  public DbCommand() {}

  /** {@code authserver db bootstrap}. */
  @Command(
      name = "bootstrap",
      description = "Create the group roles and the schema, once, as a privileged database role.")
  static final class BootstrapDb extends AdminCommand {
    @Option(
        names = "--print",
        description = "Print the script for a database administrator to run; connect nowhere.")
    private boolean print;

    BootstrapDb(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, UsageException {
      if (print) {
        context().out().print(Bootstrap.script());
        return;
      }
      Bootstrap.run(context().databaseUrl());
      say("the database is prepared; next: authserver db migrate");
    }
  }

  /** {@code authserver db migrate}. */
  @Command(
      name = "migrate",
      description =
          "Bring schema and routines up to this version, as a member of authserver_owner.")
  static final class Migrate extends AdminCommand {
    Migrate(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, UsageException {
      MigrationRunner.Result result = new MigrationRunner(context().databaseUrl()).migrate();
      result.migrations().forEach(name -> say("applied migration " + name));
      if (result.migrations().isEmpty() && result.routines().isEmpty()) {
        say("the database is up to date");
      } else {
        say("installed " + result.routines().size() + " routine files");
      }
    }
  }

  /** {@code authserver db status}. */
  @Command(name = "status", description = "Show what is applied and what is pending.")
  static final class Status extends AdminCommand {
    private static final List<String> COLUMNS = List.of("kind", "name", "state", "applied_at");

    @Mixin private final FormatOption format = new FormatOption();

    Status(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, UsageException {
      List<MigrationRunner.Entry> entries = new MigrationRunner(context().databaseUrl()).status();
      new Rows(entries.stream().map(Status::fields).toList())
          .print(format.format(), COLUMNS, context().out());
      if (entries.stream().anyMatch(entry -> !entry.state().equals("applied"))) {
        say("not up to date: authserver db migrate");
      }
    }

    private static Map<String, @Nullable Object> fields(MigrationRunner.Entry entry) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("kind", entry.kind());
      fields.put("name", entry.name());
      fields.put("state", entry.state());
      fields.put("applied_at", entry.appliedAt() == null ? null : entry.appliedAt().toString());
      return fields;
    }
  }
}

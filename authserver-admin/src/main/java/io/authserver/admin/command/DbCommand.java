package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.FormatOption;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.output.Rows;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.migrate.Bootstrap;
import io.authserver.db.migrate.MigrationRunner;
import java.io.IOException;
import java.util.ArrayList;
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
  @Command(
      name = "status",
      description =
          "Show what is applied and what is pending, and how many private keys are under which"
              + " wrapping key.")
  static final class Status extends AdminCommand {
    private static final List<String> COLUMNS =
        List.of("kind", "name", "state", "private_keys", "applied_at");

    @Mixin private final FormatOption format = new FormatOption();

    Status(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      List<MigrationRunner.Entry> entries = new MigrationRunner(context().databaseUrl()).status();
      List<Map<String, @Nullable Object>> rows = new ArrayList<>();
      entries.forEach(entry -> rows.add(fields(entry)));
      boolean isUpToDate = entries.stream().allMatch(entry -> entry.state().equals("applied"));
      long old = isUpToDate ? addWrappingKeys(rows) : 0;
      new Rows(rows).print(format.format(), COLUMNS, context().out());
      if (!isUpToDate) {
        say("not up to date: authserver db migrate");
      }
      if (old > 0) {
        say(
            "%d private %s not under the first wrapping key: authserver dkim rewrap"
                .formatted(old, old == 1 ? "key is" : "keys are"));
      }
    }

    /** Adds a row for each wrapping key in use and returns how many keys are under old ones. */
    private long addWrappingKeys(List<Map<String, @Nullable Object>> rows)
        throws IOException, RefusedException, UsageException {
      List<String> loaded =
          context().hasWrappingKeys() ? context().wrappingKeys().ids() : List.<String>of();
      long old = 0;
      for (var count : context().database().keyRotation().countByWrappingKey().entrySet()) {
        // Without the setting nobody knows which one is the first.
        String state =
            loaded.isEmpty()
                ? "in use"
                : loaded.getFirst().equals(count.getKey())
                    ? "first"
                    : loaded.contains(count.getKey()) ? "old" : "not loaded";
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("kind", "wrapping-key");
        row.put("name", count.getKey());
        row.put("state", state);
        row.put("private_keys", count.getValue());
        row.put("applied_at", null);
        rows.add(row);
        old += state.equals("old") || state.equals("not loaded") ? count.getValue() : 0;
      }
      return old;
    }

    private static Map<String, @Nullable Object> fields(MigrationRunner.Entry entry) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("kind", entry.kind());
      fields.put("name", entry.name());
      fields.put("state", entry.state());
      fields.put("private_keys", null);
      fields.put("applied_at", entry.appliedAt() == null ? null : entry.appliedAt().toString());
      return fields;
    }
  }
}

package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Thing;
import io.authserver.db.pool.AuthDatabaseException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Verbs of what has a name and a description and no more of its own: permissions and groups. */
final class Described {
  private Described() {}

  /** {@code create}. */
  abstract static class CreateDescribed extends AdminCommand {
    private final String noun;

    @Parameters(paramLabel = "NAME", description = "The name; its case counts.")
    private String name = "";

    @Option(names = "--description", paramLabel = "TEXT", description = "What it is for.")
    private String description = "";

    CreateDescribed(Context context, String noun) {
      super(context);
      this.noun = noun;
    }

    @Override
    protected final void run() throws IOException, RefusedException, UsageException {
      create(context().database(), name, description);
      say("created " + noun + " " + name);
    }

    abstract void create(AdminDatabase database, String name, String description)
        throws RefusedException, AuthDatabaseException;
  }

  /** {@code edit}. */
  abstract static class EditDescribed<R extends Thing, S extends Selectors>
      extends NounCommand.ChangeRows<R, S> {
    @Option(names = "--name", paramLabel = "NAME", description = "The new name.")
    private @Nullable String name;

    @Option(names = "--description", paramLabel = "TEXT", description = "What it is for.")
    private @Nullable String description;

    EditDescribed(Context context, Noun<R> noun, S selectors) {
      super(context, noun, selectors, "change", "changed");
    }

    @Override
    final void check() throws UsageException {
      if (name == null && description == null) {
        throw new UsageException("nothing to change: --name, --description");
      }
    }

    @Override
    final void check(List<R> rows) throws UsageException {
      if (name != null) {
        requireOne(rows, "--name");
      }
    }

    @Override
    final void change(List<R> rows) throws IOException, RefusedException, UsageException {
      edit(context().database(), rows, name, description);
    }

    abstract void edit(
        AdminDatabase database, List<R> rows, @Nullable String name, @Nullable String description)
        throws RefusedException, AuthDatabaseException;
  }
}

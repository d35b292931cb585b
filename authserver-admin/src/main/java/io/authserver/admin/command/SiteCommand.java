package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.FormatOption;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.output.Rows;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.SiteRow;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code authserver site}. */
@Command(
    name = "site",
    description = "What holds for the whole site.",
    subcommands = {SiteCommand.Show.class, SiteCommand.Edit.class})
public final class SiteCommand {
  /** Made by picocli. */
  public SiteCommand() {}

  private static Map<String, @Nullable Object> fields(SiteRow site) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("max_targets", site.maxTargets());
    return fields;
  }

  /** {@code authserver site show}. */
  @Command(name = "show", description = "Show what holds.")
  static final class Show extends AdminCommand {
    @Mixin private final FormatOption format = new FormatOption();

    Show(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      SiteRow site = context().database().site().show();
      new Rows(List.of(fields(site))).printDetails(format.format(), context().out());
    }
  }

  /** {@code authserver site edit}. */
  @Command(name = "edit", description = "Change what holds; what is not named stays.")
  static final class Edit extends AdminCommand {
    @Option(
        names = "--max-targets",
        paramLabel = "N",
        description =
            "Addresses behind one recipient at most, 1 to 100000. A list that has more takes no"
                + " mail, at the edge already; the daemons learn of it while they run. Above 31000"
                + " give every mailforwarder more MAILFORWARDER_WORKING_MEMORY first.")
    private @Nullable Integer maxTargets;

    Edit(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      Integer most = maxTargets;
      if (most == null) {
        throw new UsageException("nothing to change: --max-targets");
      }
      context().database().site().setMaxTargets(most);
      say("a recipient stands for " + most + " addresses at most now");
    }
  }
}

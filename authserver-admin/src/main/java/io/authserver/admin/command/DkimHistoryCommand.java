package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.FormatOption;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.output.Rows;
import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.KeyEvent;
import io.authserver.db.admin.RefusedException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code authserver dkim history}. */
@Command(
    name = "history",
    description = "List what was done with keys, by whom, and whether a rule was passed over.")
final class DkimHistoryCommand extends AdminCommand {
  private static final List<String> COLUMNS =
      List.of("at", "domain", "selector", "event", "forced", "person", "role");

  @Parameters(arity = "0..1", paramLabel = "DOMAIN", description = "Only this domain's.")
  private @Nullable String domain;

  @Mixin private final FormatOption format = new FormatOption();

  DkimHistoryCommand(Context context) {
    super(context);
  }

  @Override
  protected void run() throws IOException, RefusedException, UsageException {
    DomainName name = domain == null ? null : DomainName.parse(domain);
    List<KeyEvent> events = context().database().keyJournal().list(name);
    new Rows(events.stream().map(DkimHistoryCommand::fields).toList())
        .print(format.format(), COLUMNS, context().out());
  }

  private static Map<String, @Nullable Object> fields(KeyEvent event) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("at", event.at().toString());
    fields.put("domain", event.domain());
    fields.put("selector", event.selector());
    fields.put("event", event.event());
    fields.put("forced", event.forced());
    fields.put("person", event.person());
    fields.put("role", event.role());
    return fields;
  }
}

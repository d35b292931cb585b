package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.ExitCode;
import io.authserver.admin.cli.FormatOption;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.dns.RecordCheck;
import io.authserver.admin.output.Rows;
import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.KeyAdmin;
import io.authserver.db.admin.KeyRow;
import io.authserver.db.admin.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code authserver dkim check}. */
@Command(
    name = "check",
    description = {
      "Look up the records of all keys that are not revoked.",
      "CNAME and DNAME are followed, and every name server of each zone on the way is asked. One"
          + " that says otherwise makes the record wrong; one that does not answer is reported.",
      "Exit code 1 where a record is not as it should be or could not be checked."
    })
final class DkimCheckCommand extends AdminCommand {
  private static final List<String> COLUMNS =
      List.of("domain", "selector", "state", "dns", "testing", "detail");

  @Parameters(arity = "0..*", paramLabel = "DOMAIN", description = "The domains (default: all).")
  private List<String> domains = List.of();

  @Mixin private final ResolverOption resolver = new ResolverOption();

  @Mixin private final FormatOption format = new FormatOption();

  DkimCheckCommand(Context context) {
    super(context);
  }

  @Override
  protected void run() throws IOException, RefusedException, UsageException {
    List<KeyRow> keys = keys();
    List<RecordCheck> checks =
        resolver.check(context()).checkAll(keys.stream().map(KeyMaker::record).toList());
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      rows.add(fields(keys.get(i), checks.get(i)));
    }
    new Rows(rows).print(format.format(), COLUMNS, context().out());
    checks.stream()
        .flatMap(check -> check.silent().stream())
        .distinct()
        .forEach(sentence -> say("warning: name server " + sentence));
    if (!checks.stream().allMatch(RecordCheck::isPublished)) {
      exitWith(ExitCode.REFUSED);
    }
  }

  private List<KeyRow> keys() throws IOException, RefusedException, UsageException {
    KeyAdmin admin = context().database().keys();
    List<KeyRow> keys = new ArrayList<>();
    if (domains.isEmpty()) {
      keys.addAll(admin.list(null));
    }
    for (DomainName name : DomainCommand.parse(domains)) {
      List<KeyRow> ofDomain = admin.list(name);
      if (ofDomain.stream().allMatch(key -> key.state().equals("revoked"))) {
        throw new RefusedException("domain " + name + " has no key whose record is needed");
      }
      keys.addAll(ofDomain);
    }
    return keys.stream().filter(key -> !key.state().equals("revoked")).toList();
  }

  private static Map<String, @Nullable Object> fields(KeyRow key, RecordCheck check) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("domain", key.domain());
    fields.put("selector", key.selector());
    fields.put("state", key.state());
    fields.put("name", check.record().name());
    fields.put("dns", check.publication().word());
    fields.put("testing", check.testing());
    fields.put("detail", check.publication().fault());
    fields.put("aliases", check.aliases());
    List<Map<String, String>> servers = new ArrayList<>();
    for (RecordCheck.ServerAnswer answer : check.servers()) {
      Map<String, String> server = new LinkedHashMap<>();
      server.put("server", answer.server());
      server.put("said", answer.said());
      servers.add(server);
    }
    fields.put("servers", servers);
    fields.put("silent", check.silent());
    return fields;
  }
}

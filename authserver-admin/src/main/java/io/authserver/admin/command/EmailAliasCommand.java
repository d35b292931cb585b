package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.ConfirmOption;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.FormatOption;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.output.Rows;
import io.authserver.db.admin.Address;
import io.authserver.db.admin.AliasAdmin;
import io.authserver.db.admin.AliasFilter;
import io.authserver.db.admin.AliasRow;
import io.authserver.db.admin.AliasTarget;
import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authserver emailalias}. */
@Command(
    name = "emailalias",
    description = "Addresses of our domains: a user's, a mailing list's, or blocked.",
    subcommands = {
      EmailAliasCommand.Create.class,
      EmailAliasCommand.ListAll.class,
      EmailAliasCommand.Show.class,
      EmailAliasCommand.Block.class,
      EmailAliasCommand.Unblock.class,
      EmailAliasCommand.Remove.class
    })
public final class EmailAliasCommand {
  private static final List<String> COLUMNS =
      List.of("address", "target_type", "target", "blocked", "delivery_mailbox");

  /** Made by picocli. */
  public EmailAliasCommand() {}

  private static Rows rows(List<AliasRow> aliases) {
    return new Rows(aliases.stream().map(EmailAliasCommand::fields).toList());
  }

  private static Map<String, @Nullable Object> fields(AliasRow alias) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", alias.id());
    fields.put("address", alias.address());
    fields.put("local_part", alias.localPart());
    fields.put("domain", alias.domain());
    fields.put(
        "target_type",
        alias.user() != null ? "user" : alias.list() != null ? "mailing-list" : null);
    fields.put("target", alias.user() != null ? alias.user() : alias.list());
    fields.put("blocked", alias.blocked());
    fields.put("delivery_mailbox", alias.deliveryMailbox());
    return fields;
  }

  private static List<Address> parse(List<String> texts) throws RefusedException {
    List<Address> addresses = new ArrayList<>();
    for (String text : texts) {
      addresses.add(Address.parse(text));
    }
    return addresses.stream().distinct().toList();
  }

  /** What happens to mail for a blocked address. */
  enum Action {
    /** 550. */
    reject,
    /** Taken and thrown away. */
    drop,
    /** 451. */
    defer
  }

  /** {@code authserver emailalias create}. */
  @Command(name = "create", description = "Create an alias for a user or a mailing list.")
  static final class Create extends AdminCommand {
    @Parameters(paramLabel = "LOCAL@DOMAIN", description = "The address; the domain is ours.")
    private String address = "";

    @ArgGroup(exclusive = true, multiplicity = "1")
    private TargetOptions target = new TargetOptions();

    @Option(
        names = "--blocked",
        paramLabel = "ACTION",
        description = "Create it blocked: ${COMPLETION-CANDIDATES}.")
    private @Nullable Action blocked;

    Create(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      Address alias = Address.parse(address);
      AliasTarget chosen = target.target();
      if (chosen == null) {
        throw new UsageException("name a user (-u) or a mailing list (-m)");
      }
      context().database().aliases().create(alias, chosen, blocked == null ? null : blocked.name());
      say("created alias " + alias);
    }
  }

  /** {@code authserver emailalias list}. */
  @Command(name = "list", description = "List aliases.")
  static final class ListAll extends AdminCommand {
    @Parameters(
        arity = "0..*",
        paramLabel = "LOCAL@DOMAIN",
        description = "Only these (default: all).")
    private List<String> addresses = List.of();

    @Option(
        names = {"-d", "--domain"},
        paramLabel = "DOMAIN",
        description = "Only this domain's.")
    private @Nullable String domain;

    @Option(
        names = {"-c", "--contains"},
        paramLabel = "TEXT",
        description = "Only addresses with this text in them.")
    private @Nullable String contains;

    @ArgGroup(exclusive = true)
    private TargetOptions target = new TargetOptions();

    @Option(
        names = "--blocked",
        negatable = true,
        description = "Only blocked ones, or only ones that are not.")
    private @Nullable Boolean blocked;

    @Mixin private final FormatOption format = new FormatOption();

    ListAll(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      AliasFilter filter =
          new AliasFilter(
              domain == null ? null : DomainName.parse(domain),
              contains,
              target.user(),
              target.list(),
              blocked);
      List<Address> exact = parse(addresses);
      AliasAdmin aliases = context().database().aliases();
      rows(exact.isEmpty() ? aliases.list(filter) : aliases.get(exact))
          .print(format.format(), COLUMNS, context().out());
    }
  }

  /** {@code authserver emailalias show}. */
  @Command(name = "show", description = "Show aliases.")
  static final class Show extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "LOCAL@DOMAIN", description = "The addresses.")
    private List<String> addresses = List.of();

    @Mixin private final FormatOption format = new FormatOption();

    Show(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      List<Address> exact = parse(addresses);
      rows(context().database().aliases().get(exact))
          .printDetails(format.format(), context().out());
    }
  }

  /** {@code authserver emailalias block}. */
  @Command(name = "block", aliases = "blacklist", description = "Let addresses receive no mail.")
  static final class Block extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "LOCAL@DOMAIN", description = "The addresses.")
    private List<String> addresses = List.of();

    @Option(
        names = "--action",
        paramLabel = "ACTION",
        description =
            "reject answers 550, drop takes the mail and throws it away, defer answers 451"
                + " (default: ${DEFAULT-VALUE}).")
    private Action action = Action.reject;

    @Option(
        names = "--create-if-missing",
        description = "Create what does not exist, with -u or -m for when it is unblocked.")
    private boolean createIfMissing;

    @ArgGroup(exclusive = true)
    private TargetOptions target = new TargetOptions();

    Block(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      AliasTarget chosen = target.target();
      if (chosen != null && !createIfMissing) {
        throw new UsageException("-u and -m go with --create-if-missing");
      }
      List<Address> aliases = parse(addresses);
      context().database().aliases().block(aliases, action.name(), createIfMissing, chosen);
      aliases.forEach(alias -> say("blocked alias " + alias + " (" + action + ")"));
    }
  }

  /** {@code authserver emailalias unblock}. */
  @Command(
      name = "unblock",
      aliases = "unblacklist",
      description = "Let blocked addresses receive mail again.")
  static final class Unblock extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "LOCAL@DOMAIN", description = "The addresses.")
    private List<String> addresses = List.of();

    Unblock(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      List<Address> aliases = parse(addresses);
      context().database().aliases().unblock(aliases);
      aliases.forEach(alias -> say("unblocked alias " + alias));
    }
  }

  /** {@code authserver emailalias remove}. */
  @Command(name = "remove", description = "Remove aliases.")
  static final class Remove extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "LOCAL@DOMAIN", description = "The addresses.")
    private List<String> addresses = List.of();

    @Mixin private final ConfirmOption confirm = new ConfirmOption();

    Remove(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      List<Address> parsed = parse(addresses);
      AliasAdmin aliases = context().database().aliases();
      List<String> names = aliases.get(parsed).stream().map(AliasRow::address).toList();
      confirm.require(context(), "remove alias " + String.join(" and ", names));
      aliases.remove(parsed);
      names.forEach(name -> say("removed alias " + name));
    }
  }
}

package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.Address;
import io.authserver.db.admin.AliasRow;
import io.authserver.db.admin.AliasTarget;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Selection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
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
      EmailAliasCommand.Edit.class,
      EmailAliasCommand.Block.class,
      EmailAliasCommand.Unblock.class,
      EmailAliasCommand.Activate.class,
      EmailAliasCommand.Deactivate.class,
      EmailAliasCommand.Remove.class
    })
public final class EmailAliasCommand {
  private static final Noun<AliasRow> NOUN =
      new Noun<>(
          List.of("address", "target_type", "target", "blocked", "delivery_mailbox"),
          EmailAliasCommand::fields,
          _ -> List.of(),
          (database, selection) -> database.aliases().select(selection));

  /** Made by picocli. */
  public EmailAliasCommand() {}

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

  /** Which aliases. */
  static final class Which extends Selectors {
    @Option(
        names = {"-d", "--domain"},
        paramLabel = "DOMAIN",
        description = "Only this domain's.")
    private @Nullable String domain;

    @ArgGroup(exclusive = true)
    private TargetOptions target = new TargetOptions();

    @Option(
        names = "--blocked",
        negatable = true,
        description = "Only blocked ones, or only ones that are not.")
    private @Nullable Boolean blocked;

    @Override
    @Nullable String domain() {
      return domain;
    }

    @Override
    @Nullable String user() {
      return target.user();
    }

    @Override
    @Nullable String list() {
      return target.list();
    }

    @Override
    @Nullable Boolean state() {
      return blocked;
    }

    @Nullable AliasTarget target() {
      return target.target();
    }

    /** Refuses what cannot stand for addresses that do not exist yet. */
    void requireOnlyNamesAndTarget(String option) throws RefusedException, UsageException {
      Selection only = new Selection(names(), null, null, user(), list(), null, null, null);
      if (names().isEmpty()
          || names().stream().anyMatch(name -> name.indexOf('*') >= 0 || name.indexOf('?') >= 0)
          || !selection().equals(only)) {
        throw new UsageException(option + " takes whole addresses");
      }
    }
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
  static final class ListAll extends NounCommand.ListRows<AliasRow, Which> {
    ListAll(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver emailalias show}. */
  @Command(name = "show", description = "Show aliases.")
  static final class Show extends NounCommand.ShowRows<AliasRow, Which> {
    Show(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver emailalias edit}. */
  @Command(name = "edit", description = "Make aliases stand for another user or mailing list.")
  static final class Edit extends NounCommand.ChangeRows<AliasRow, Which> {
    @Option(names = "--to-user", paramLabel = "USER", description = "They are this user's now.")
    private @Nullable String toUser;

    @Option(
        names = "--to-mailing-list",
        paramLabel = "LIST",
        description = "They lead to this mailing list now.")
    private @Nullable String toList;

    Edit(Context context) {
      super(context, NOUN, new Which(), "change", "changed");
    }

    @Override
    void check() throws UsageException {
      if ((toUser == null) == (toList == null)) {
        throw new UsageException("name one of --to-user and --to-mailing-list");
      }
    }

    @Override
    void change(List<AliasRow> aliases) throws IOException, RefusedException, UsageException {
      context().database().aliases().retarget(aliases, target());
    }

    private AliasTarget target() {
      return toUser == null
          ? new AliasTarget.MailingList(Objects.requireNonNull(toList, "check() comes first"))
          : new AliasTarget.User(toUser);
    }
  }

  /** {@code authserver emailalias block}. */
  @Command(name = "block", aliases = "blacklist", description = "Let addresses receive no mail.")
  static class Block extends NounCommand.ChangeRows<AliasRow, Which> {
    @Option(
        names = "--action",
        paramLabel = "ACTION",
        description =
            "reject answers 550, drop takes the mail and throws it away, defer answers 451"
                + " (default: ${DEFAULT-VALUE}).")
    private Action action = Action.reject;

    @Option(
        names = "--create-if-missing",
        description =
            "Create what is named and does not exist; -u or -m is what it stands for when it is"
                + " unblocked.")
    private boolean createIfMissing;

    private final String done;

    Block(Context context) {
      this(context, "block", "blocked");
    }

    private Block(Context context, String verb, String done) {
      super(context, NOUN, new Which(), verb, done);
      this.done = done;
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      if (!createIfMissing) {
        super.run();
        return;
      }
      AliasTarget target = selectors().target();
      selectors().requireOnlyNamesAndTarget("--create-if-missing");
      List<Address> addresses = parse(selectors().names());
      context().database().aliases().block(addresses, action.name(), target);
      addresses.forEach(address -> say(done + " alias " + address));
    }

    @Override
    void change(List<AliasRow> aliases) throws IOException, RefusedException, UsageException {
      context().database().aliases().setBlocked(aliases, action.name());
    }
  }

  /** {@code authserver emailalias unblock}. */
  @Command(
      name = "unblock",
      aliases = "unblacklist",
      description = "Let blocked addresses receive mail again.")
  static class Unblock extends NounCommand.ChangeRows<AliasRow, Which> {
    Unblock(Context context) {
      this(context, "unblock", "unblocked");
    }

    private Unblock(Context context, String verb, String done) {
      super(context, NOUN, new Which(), verb, done);
    }

    @Override
    void change(List<AliasRow> aliases) throws IOException, RefusedException, UsageException {
      context().database().aliases().setBlocked(aliases, null);
    }
  }

  /** {@code authserver emailalias activate}. */
  @Command(
      name = "activate",
      description = "Let blocked addresses receive mail again: the same as unblock.")
  static final class Activate extends Unblock {
    Activate(Context context) {
      super(context, "activate", "activated");
    }
  }

  /** {@code authserver emailalias deactivate}. */
  @Command(name = "deactivate", description = "Let addresses receive no mail: the same as block.")
  static final class Deactivate extends Block {
    Deactivate(Context context) {
      super(context, "deactivate", "deactivated");
    }
  }

  /** {@code authserver emailalias remove}. */
  @Command(name = "remove", description = "Remove aliases.")
  static final class Remove extends NounCommand.RemoveRows<AliasRow, Which> {
    Remove(Context context) {
      super(context, NOUN, new Which());
    }

    @Override
    void change(List<AliasRow> aliases) throws IOException, RefusedException, UsageException {
      context().database().aliases().remove(aliases);
    }
  }
}

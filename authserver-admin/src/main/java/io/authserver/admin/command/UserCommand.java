package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.Address;
import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.NewUser;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Selection;
import io.authserver.db.admin.UserRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authserver user}. */
@Command(
    name = "user",
    description = "Users: named by UUID, identifier or one of their addresses.",
    subcommands = {
      UserCommand.Create.class,
      UserCommand.ListAll.class,
      UserCommand.Show.class,
      UserCommand.Edit.class,
      UserCommand.SetDeliveryMailbox.class,
      UserCommand.SetPassword.class,
      UserCommand.Activate.class,
      UserCommand.Deactivate.class,
      UserCommand.Remove.class
    })
public final class UserCommand {
  private static final Noun<UserRow> NOUN =
      new Noun<>(
          List.of("identifier", "fullname", "delivery_mailbox", "is_active", "has_password"),
          UserCommand::fields,
          UserCommand::losses,
          (database, selection) -> database.users().select(selection));

  /** Made by picocli. */
  public UserCommand() {}

  private static Map<String, @Nullable Object> fields(UserRow user) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("uuid", user.id().toString());
    fields.put("identifier", user.identifier());
    fields.put("fullname", user.fullName());
    fields.put("delivery_mailbox", user.deliveryMailbox());
    fields.put("aliases", user.aliases());
    fields.put("is_active", user.active());
    fields.put("is_staff", user.staff());
    fields.put("has_password", user.hasPassword());
    fields.put("service_users", user.serviceUsers());
    fields.put("groups", user.groups());
    fields.put("permissions", user.permissions());
    fields.put("owned_mailing_lists", user.ownedLists());
    return fields;
  }

  private static List<String> losses(UserRow user) {
    List<String> losses = Noun.losses();
    Noun.count(losses, user.aliases().size(), "alias", "aliases");
    Noun.count(losses, user.serviceUsers().size(), "service user", "service users");
    Noun.count(
        losses,
        user.ownedLists().size(),
        "mailing list that stays without an owner",
        "mailing lists that stay without an owner");
    return losses;
  }

  /** Which users. */
  static final class Which extends ActiveSelectors {
    @Option(
        names = {"-d", "--domain"},
        paramLabel = "DOMAIN",
        description = "Only those with an address in this domain.")
    private @Nullable String domain;

    @Option(
        names = {"-g", "--group"},
        paramLabel = "GROUP",
        description = "Only those in this group.")
    private @Nullable String group;

    @Option(
        names = {"-p", "--permission"},
        paramLabel = "PERMISSION",
        description = "Only those with this permission, directly or through a group.")
    private @Nullable String permission;

    @Override
    @Nullable String domain() {
      return domain;
    }

    @Override
    @Nullable String group() {
      return group;
    }

    @Override
    @Nullable String permission() {
      return permission;
    }
  }

  /** {@code authserver user create}. */
  @Command(
      name = "create",
      description = "Create a user; the password is asked for at the terminal.")
  static final class Create extends AdminCommand {
    @Parameters(index = "0", paramLabel = "IDENTIFIER", description = "The name of the account.")
    private String identifier = "";

    @Parameters(index = "1", paramLabel = "FULLNAME", description = "The person's name.")
    private String fullName = "";

    @Option(
        names = "--alias",
        paramLabel = "LOCAL@DOMAIN",
        description = "Create this address too; the first becomes the delivery mailbox.")
    private List<String> aliases = new ArrayList<>();

    @Option(names = "--staff", description = "Mark the user as staff.")
    private boolean staff;

    @Mixin private final PasswordOptions password = new PasswordOptions();

    Create(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      password.check(context());
      List<Address> addresses = new ArrayList<>();
      for (String alias : aliases) {
        addresses.add(Address.parse(alias));
      }
      AdminDatabase database = context().database();
      String hash = password.hash(context());
      UserRow user =
          database.users().create(new NewUser(identifier, fullName, staff, hash, addresses));
      say("created user " + user.identifier() + " (" + user.id() + ")");
      password.printGenerated(context());
    }
  }

  /** {@code authserver user list}. */
  @Command(name = "list", description = "List users.")
  static final class ListAll extends NounCommand.ListRows<UserRow, Which> {
    ListAll(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver user show}. */
  @Command(
      name = "show",
      description = "Show users with all their addresses, further logins, groups and permissions.")
  static final class Show extends NounCommand.ShowRows<UserRow, Which> {
    Show(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver user edit}. */
  @Command(name = "edit", description = "Change users; what is not named stays.")
  static final class Edit extends NounCommand.ChangeRows<UserRow, Which> {
    @Option(
        names = "--identifier",
        paramLabel = "IDENTIFIER",
        description = "The new name of the account.")
    private @Nullable String identifier;

    @Option(names = "--full-name", paramLabel = "FULLNAME", description = "The person's name.")
    private @Nullable String fullName;

    @Option(names = "--staff", negatable = true, description = "Mark the user as staff, or not.")
    private @Nullable Boolean staff;

    Edit(Context context) {
      super(context, NOUN, new Which(), "change", "changed");
    }

    @Override
    void check() throws UsageException {
      if (identifier == null && fullName == null && staff == null) {
        throw new UsageException("nothing to change: --identifier, --full-name, --[no-]staff");
      }
    }

    @Override
    void check(List<UserRow> users) throws UsageException {
      if (identifier != null) {
        requireOne(users, "--identifier");
      }
    }

    @Override
    void change(List<UserRow> users) throws IOException, RefusedException, UsageException {
      context().database().users().edit(users, identifier, fullName, staff);
    }
  }

  /** {@code authserver user set-delivery-mailbox}. */
  @Command(
      name = "set-delivery-mailbox",
      description = "Make one of a user's addresses the mailbox that all of them lead to.")
  static final class SetDeliveryMailbox extends AdminCommand {
    @Parameters(index = "0", paramLabel = "USER", description = "The user.")
    private String user = "";

    @Parameters(index = "1", paramLabel = "LOCAL@DOMAIN", description = "The user's alias.")
    private String alias = "";

    SetDeliveryMailbox(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      Address address = Address.parse(alias);
      context().database().users().setDeliveryMailbox(user, address);
      say("set delivery mailbox of user " + user + " to " + address);
    }
  }

  /** {@code authserver user set-password}. */
  @Command(
      name = "set-password",
      description = "Replace a user's password, asked for at the terminal.")
  static final class SetPassword extends AdminCommand {
    @Parameters(paramLabel = "USER", description = "The user.")
    private String user = "";

    @Mixin private final PasswordOptions password = new PasswordOptions();

    SetPassword(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      password.check(context());
      AdminDatabase database = context().database();
      List<UserRow> users = database.users().select(Selection.of(List.of(user)));
      NounCommand.ChangeRows.requireOne(users, "a password");
      UserRow found = users.getFirst();
      String hash = password.hash(context());
      database.users().setPassword(found, hash);
      say((hash == null ? "removed the password of " : "set the password of ") + found.title());
      password.printGenerated(context());
    }
  }

  /** {@code authserver user activate}. */
  @Command(name = "activate", description = "Let users log in and receive mail again.")
  static final class Activate extends NounCommand.ChangeRows<UserRow, Which> {
    Activate(Context context) {
      super(context, NOUN, new Which(), "activate", "activated");
    }

    @Override
    void change(List<UserRow> users) throws IOException, RefusedException, UsageException {
      context().database().users().setActive(users, true);
    }
  }

  /** {@code authserver user deactivate}. */
  @Command(
      name = "deactivate",
      description = "Keep users and their addresses, but let them neither log in nor receive.")
  static final class Deactivate extends NounCommand.ChangeRows<UserRow, Which> {
    Deactivate(Context context) {
      super(context, NOUN, new Which(), "deactivate", "deactivated");
    }

    @Override
    void change(List<UserRow> users) throws IOException, RefusedException, UsageException {
      context().database().users().setActive(users, false);
    }
  }

  /** {@code authserver user remove}. */
  @Command(name = "remove", description = "Remove users with all their addresses and logins.")
  static final class Remove extends NounCommand.RemoveRows<UserRow, Which> {
    Remove(Context context) {
      super(context, NOUN, new Which());
    }

    @Override
    void change(List<UserRow> users) throws IOException, RefusedException, UsageException {
      context().database().users().remove(users);
    }
  }
}

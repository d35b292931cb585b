package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.ConfirmOption;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.FormatOption;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.output.Rows;
import io.authserver.db.admin.Address;
import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.NewUser;
import io.authserver.db.admin.RefusedException;
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
      UserCommand.SetDeliveryMailbox.class,
      UserCommand.SetPassword.class,
      UserCommand.Activate.class,
      UserCommand.Deactivate.class,
      UserCommand.Remove.class
    })
public final class UserCommand {
  private static final List<String> COLUMNS =
      List.of("identifier", "fullname", "delivery_mailbox", "is_active", "has_password");

  /** Made by picocli. */
  public UserCommand() {}

  private static Rows rows(List<UserRow> users) {
    return new Rows(users.stream().map(UserCommand::fields).toList());
  }

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
    return fields;
  }

  private static List<UserRow> load(AdminDatabase database, List<String> selectors)
      throws IOException, RefusedException {
    List<UserRow> users = new ArrayList<>();
    for (String selector : selectors) {
      users.add(database.users().get(selector));
    }
    return users;
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
    }
  }

  /** {@code authserver user list}. */
  @Command(name = "list", description = "List users.")
  static final class ListAll extends AdminCommand {
    @Parameters(arity = "0..*", paramLabel = "USER", description = "Only these (default: all).")
    private List<String> users = List.of();

    @Option(
        names = {"-c", "--contains"},
        paramLabel = "TEXT",
        description = "Only users with this text in identifier or full name.")
    private @Nullable String contains;

    @Mixin private final FormatOption format = new FormatOption();

    ListAll(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      AdminDatabase database = context().database();
      rows(users.isEmpty() ? database.users().list(contains) : load(database, users))
          .print(format.format(), COLUMNS, context().out());
    }
  }

  /** {@code authserver user show}. */
  @Command(name = "show", description = "Show users with all their addresses.")
  static final class Show extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "USER", description = "The users.")
    private List<String> users = List.of();

    @Mixin private final FormatOption format = new FormatOption();

    Show(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      rows(load(context().database(), users)).printDetails(format.format(), context().out());
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
      UserRow found = database.users().get(user);
      String hash = password.hash(context());
      database.users().setPassword(found.id().toString(), hash);
      say(
          (hash == null ? "removed the password of user " : "set the password of user ")
              + found.identifier());
    }
  }

  /** {@code authserver user activate}. */
  @Command(name = "activate", description = "Let users log in and receive mail again.")
  static final class Activate extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "USER", description = "The users.")
    private List<String> users = List.of();

    Activate(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      context().database().users().setActive(users, true);
      users.forEach(user -> say("activated user " + user));
    }
  }

  /** {@code authserver user deactivate}. */
  @Command(
      name = "deactivate",
      description = "Keep users and their addresses, but let them neither log in nor receive.")
  static final class Deactivate extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "USER", description = "The users.")
    private List<String> users = List.of();

    Deactivate(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      context().database().users().setActive(users, false);
      users.forEach(user -> say("deactivated user " + user));
    }
  }

  /** {@code authserver user remove}. */
  @Command(name = "remove", description = "Remove users with all their addresses.")
  static final class Remove extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "USER", description = "The users.")
    private List<String> users = List.of();

    @Mixin private final ConfirmOption confirm = new ConfirmOption();

    Remove(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      AdminDatabase database = context().database();
      List<UserRow> found = load(database, users);
      List<String> lines =
          found.stream()
              .map(u -> u.identifier() + " with " + u.aliases().size() + " aliases")
              .toList();
      confirm.require(context(), "remove user " + String.join(" and ", lines));
      database.users().remove(found.stream().map(u -> u.id().toString()).distinct().toList());
      found.forEach(user -> say("removed user " + user.identifier()));
    }
  }
}

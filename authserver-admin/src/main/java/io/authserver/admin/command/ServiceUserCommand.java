package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Selection;
import io.authserver.db.admin.ServiceUserRow;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authserver serviceuser}. */
@Command(
    name = "serviceuser",
    description = "Further logins of users, each with its own password, for programs and devices.",
    subcommands = {
      ServiceUserCommand.Create.class,
      ServiceUserCommand.ListAll.class,
      ServiceUserCommand.Show.class,
      ServiceUserCommand.Edit.class,
      ServiceUserCommand.SetPassword.class,
      ServiceUserCommand.Activate.class,
      ServiceUserCommand.Deactivate.class,
      ServiceUserCommand.Remove.class
    })
public final class ServiceUserCommand {
  private static final Noun<ServiceUserRow> NOUN =
      new Noun<>(
          List.of("username", "user", "is_active", "description"),
          ServiceUserCommand::fields,
          _ -> List.of(),
          (database, selection) -> database.serviceUsers().select(selection));

  /** Made by picocli. */
  public ServiceUserCommand() {}

  private static Map<String, @Nullable Object> fields(ServiceUserRow serviceUser) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", serviceUser.id());
    fields.put("username", serviceUser.username());
    fields.put("user", serviceUser.user());
    fields.put("description", serviceUser.description());
    fields.put("is_active", serviceUser.active());
    fields.put("is_user_active", serviceUser.userActive());
    return fields;
  }

  /** Which service users. */
  static final class Which extends ActiveSelectors {
    @Option(
        names = {"-u", "--user"},
        paramLabel = "USER",
        description = "Only this user's (UUID, identifier or address).")
    private @Nullable String user;

    @Override
    @Nullable String user() {
      return user;
    }
  }

  /** {@code authserver serviceuser create}. */
  @Command(
      name = "create",
      description = "Create a service user; the password is asked for at the terminal.")
  static final class Create extends AdminCommand {
    @Parameters(paramLabel = "NAME", description = "What the program logs in as, without an @.")
    private String name = "";

    @Option(
        names = {"-u", "--user"},
        required = true,
        paramLabel = "USER",
        description = "Whose login it is (UUID, identifier or address).")
    private String user = "";

    @Option(names = "--description", paramLabel = "TEXT", description = "What it is for.")
    private String description = "";

    @Mixin private final PasswordOptions password = new PasswordOptions();

    Create(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      password.check(context());
      AdminDatabase database = context().database();
      String hash = password.hash(context());
      database.serviceUsers().create(name, user, description, hash);
      ServiceUserRow created =
          database.serviceUsers().select(Selection.of(List.of(name))).getFirst();
      say("created " + created.title() + " of user " + created.user());
      password.printGenerated(context());
    }
  }

  /** {@code authserver serviceuser list}. */
  @Command(name = "list", description = "List service users.")
  static final class ListAll extends NounCommand.ListRows<ServiceUserRow, Which> {
    ListAll(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver serviceuser show}. */
  @Command(name = "show", description = "Show service users.")
  static final class Show extends NounCommand.ShowRows<ServiceUserRow, Which> {
    Show(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver serviceuser edit}. */
  @Command(name = "edit", description = "Change service users; what is not named stays.")
  static final class Edit extends NounCommand.ChangeRows<ServiceUserRow, Which> {
    @Option(names = "--name", paramLabel = "NAME", description = "The new name, without an @.")
    private @Nullable String name;

    @Option(names = "--description", paramLabel = "TEXT", description = "What it is for.")
    private @Nullable String description;

    @Option(names = "--to-user", paramLabel = "USER", description = "Make it this user's login.")
    private @Nullable String toUser;

    Edit(Context context) {
      super(context, NOUN, new Which(), "change", "changed");
    }

    @Override
    void check() throws UsageException {
      if (name == null && description == null && toUser == null) {
        throw new UsageException("nothing to change: --name, --description, --to-user");
      }
    }

    @Override
    void check(List<ServiceUserRow> rows) throws UsageException {
      if (name != null) {
        requireOne(rows, "--name");
      }
    }

    @Override
    void change(List<ServiceUserRow> rows) throws IOException, RefusedException, UsageException {
      context().database().serviceUsers().edit(rows, name, description, toUser);
    }
  }

  /** {@code authserver serviceuser set-password}. */
  @Command(
      name = "set-password",
      description =
          "Replace a service user's password, asked for at the terminal; it is active then.")
  static final class SetPassword extends AdminCommand {
    @Parameters(paramLabel = "NAME", description = "The service user.")
    private String name = "";

    @Mixin private final PasswordOptions password = new PasswordOptions();

    SetPassword(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      password.check(context());
      AdminDatabase database = context().database();
      List<ServiceUserRow> found = database.serviceUsers().select(Selection.of(List.of(name)));
      NounCommand.ChangeRows.requireOne(found, "a password");
      ServiceUserRow row = found.getFirst();
      String hash = password.hash(context());
      database.serviceUsers().setPassword(row, hash);
      say((hash == null ? "removed the password of " : "set the password of ") + row.title());
      password.printGenerated(context());
    }
  }

  /** {@code authserver serviceuser activate}. */
  @Command(name = "activate", description = "Let service users log in again, passwords as before.")
  static final class Activate extends NounCommand.ChangeRows<ServiceUserRow, Which> {
    Activate(Context context) {
      super(context, NOUN, new Which(), "activate", "activated");
    }

    @Override
    void change(List<ServiceUserRow> rows) throws IOException, RefusedException, UsageException {
      context().database().serviceUsers().activate(rows);
    }
  }

  /** {@code authserver serviceuser deactivate}. */
  @Command(
      name = "deactivate",
      description = "Keep service users and their passwords, but let nobody log in with them.")
  static final class Deactivate extends NounCommand.ChangeRows<ServiceUserRow, Which> {
    Deactivate(Context context) {
      super(context, NOUN, new Which(), "deactivate", "deactivated");
    }

    @Override
    void change(List<ServiceUserRow> rows) throws IOException, RefusedException, UsageException {
      context().database().serviceUsers().deactivate(rows);
    }
  }

  /** {@code authserver serviceuser remove}. */
  @Command(name = "remove", description = "Remove service users.")
  static final class Remove extends NounCommand.RemoveRows<ServiceUserRow, Which> {
    Remove(Context context) {
      super(context, NOUN, new Which());
    }

    @Override
    void change(List<ServiceUserRow> rows) throws IOException, RefusedException, UsageException {
      context().database().serviceUsers().remove(rows);
    }
  }
}

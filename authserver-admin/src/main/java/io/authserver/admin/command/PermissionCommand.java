package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.PermissionRow;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Selection;
import io.authserver.db.pool.AuthDatabaseException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authserver permission}. */
@Command(
    name = "permission",
    description = "What a service can demand of who logs in; users and groups hold it.",
    subcommands = {
      PermissionCommand.Create.class,
      PermissionCommand.ListAll.class,
      PermissionCommand.Show.class,
      PermissionCommand.Edit.class,
      PermissionCommand.Grant.class,
      PermissionCommand.Revoke.class,
      PermissionCommand.Activate.class,
      PermissionCommand.Deactivate.class,
      PermissionCommand.Remove.class
    })
public final class PermissionCommand {
  private static final Noun<PermissionRow> NOUN =
      new Noun<>(
          List.of("name", "is_active", "description", "users", "groups"),
          PermissionCommand::fields,
          PermissionCommand::losses,
          (database, selection) -> database.permissions().select(selection));

  /** Made by picocli. */
  public PermissionCommand() {}

  private static Map<String, @Nullable Object> fields(PermissionRow permission) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", permission.id());
    fields.put("name", permission.name());
    fields.put("description", permission.description());
    fields.put("is_active", permission.active());
    fields.put("users", permission.users());
    fields.put("groups", permission.groups());
    return fields;
  }

  private static List<String> losses(PermissionRow permission) {
    List<String> losses = Noun.losses();
    Noun.count(losses, permission.users().size(), "user who holds it", "users who hold it");
    Noun.count(losses, permission.groups().size(), "group that holds it", "groups that hold it");
    return losses;
  }

  /** Which permissions. */
  static final class Which extends ActiveSelectors {
    @Option(
        names = {"-u", "--user"},
        paramLabel = "USER",
        description = "Only those that this user holds, directly or through a group.")
    private @Nullable String user;

    @Option(
        names = {"-g", "--group"},
        paramLabel = "GROUP",
        description = "Only those that are granted to this group.")
    private @Nullable String group;

    @Override
    @Nullable String user() {
      return user;
    }

    @Override
    @Nullable String group() {
      return group;
    }
  }

  /** {@code authserver permission create}. */
  @Command(name = "create", description = "Create a permission; nobody holds it at first.")
  static final class Create extends Described.CreateDescribed {
    Create(Context context) {
      super(context, "permission");
    }

    @Override
    void create(AdminDatabase database, String name, String description)
        throws RefusedException, AuthDatabaseException {
      database.permissions().create(name, description);
    }
  }

  /** {@code authserver permission list}. */
  @Command(name = "list", description = "List permissions.")
  static final class ListAll extends NounCommand.ListRows<PermissionRow, Which> {
    ListAll(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver permission show}. */
  @Command(name = "show", description = "Show permissions with who holds them.")
  static final class Show extends NounCommand.ShowRows<PermissionRow, Which> {
    Show(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver permission edit}. */
  @Command(name = "edit", description = "Change permissions; services ask by the new name then.")
  static final class Edit extends Described.EditDescribed<PermissionRow, Which> {
    Edit(Context context) {
      super(context, NOUN, new Which());
    }

    @Override
    void edit(
        AdminDatabase database,
        List<PermissionRow> rows,
        @Nullable String name,
        @Nullable String description)
        throws RefusedException, AuthDatabaseException {
      database.permissions().edit(rows, name, description);
    }
  }

  /** {@code grant} and {@code revoke}: permissions, and users and groups. */
  abstract static class HolderCommand extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "PERMISSION", description = "The permissions.")
    private List<String> permissions = List.of();

    @Option(
        names = {"-u", "--user"},
        paramLabel = "USER",
        description = "A user (UUID, identifier or address); as often as you like.")
    private List<String> users = List.of();

    @Option(
        names = {"-g", "--group"},
        paramLabel = "GROUP",
        description = "A group (name or id); as often as you like.")
    private List<String> groups = List.of();

    HolderCommand(Context context) {
      super(context);
    }

    @Override
    protected final void run() throws IOException, RefusedException, UsageException {
      if (users.isEmpty() && groups.isEmpty()) {
        throw new UsageException("name a user (-u) or a group (-g)");
      }
      AdminDatabase database = context().database();
      change(database, database.permissions().select(Selection.of(permissions)), users, groups);
    }

    abstract void change(
        AdminDatabase database, List<PermissionRow> rows, List<String> users, List<String> groups)
        throws RefusedException, AuthDatabaseException;

    final void say(String done, List<PermissionRow> rows, String word) {
      for (PermissionRow row : rows) {
        users.forEach(user -> say(done + " " + row.title() + " " + word + " user " + user));
        groups.forEach(group -> say(done + " " + row.title() + " " + word + " group " + group));
      }
    }
  }

  /** {@code authserver permission grant}. */
  @Command(
      name = "grant",
      description = "Give permissions to users, or to groups and so to all who are in them.")
  static final class Grant extends HolderCommand {
    Grant(Context context) {
      super(context);
    }

    @Override
    void change(
        AdminDatabase database, List<PermissionRow> rows, List<String> users, List<String> groups)
        throws RefusedException, AuthDatabaseException {
      database.permissions().grant(rows, users, groups);
      say("granted", rows, "to");
    }
  }

  /** {@code authserver permission revoke}. */
  @Command(
      name = "revoke",
      description = "Take permissions from users or groups; says who still holds one by a group.")
  static final class Revoke extends HolderCommand {
    Revoke(Context context) {
      super(context);
    }

    @Override
    void change(
        AdminDatabase database, List<PermissionRow> rows, List<String> users, List<String> groups)
        throws RefusedException, AuthDatabaseException {
      List<String> still = database.permissions().revoke(rows, users, groups);
      say("revoked", rows, "from");
      still.forEach(this::say);
    }
  }

  /** {@code authserver permission activate}. */
  @Command(name = "activate", description = "Let permissions count again for all who have them.")
  static final class Activate extends NounCommand.ChangeRows<PermissionRow, Which> {
    Activate(Context context) {
      super(context, NOUN, new Which(), "activate", "activated");
    }

    @Override
    void change(List<PermissionRow> rows) throws IOException, RefusedException, UsageException {
      context().database().permissions().setActive(rows, true);
    }
  }

  /** {@code authserver permission deactivate}. */
  @Command(
      name = "deactivate",
      description = "Keep permissions and whom they are granted to, but let nobody hold them.")
  static final class Deactivate extends NounCommand.ChangeRows<PermissionRow, Which> {
    Deactivate(Context context) {
      super(context, NOUN, new Which(), "deactivate", "deactivated");
    }

    @Override
    void change(List<PermissionRow> rows) throws IOException, RefusedException, UsageException {
      context().database().permissions().setActive(rows, false);
    }
  }

  /** {@code authserver permission remove}. */
  @Command(name = "remove", description = "Remove permissions; nobody holds them any more.")
  static final class Remove extends NounCommand.RemoveRows<PermissionRow, Which> {
    Remove(Context context) {
      super(context, NOUN, new Which());
    }

    @Override
    void change(List<PermissionRow> rows) throws IOException, RefusedException, UsageException {
      context().database().permissions().remove(rows);
    }
  }
}

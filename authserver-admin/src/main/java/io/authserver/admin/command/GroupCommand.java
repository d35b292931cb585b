package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.GroupAdmin;
import io.authserver.db.admin.GroupRow;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.pool.AuthDatabaseException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authserver group}. */
@Command(
    name = "group",
    description = "Groups of users, which hold permissions (authserver permission grant).",
    subcommands = {
      GroupCommand.Create.class,
      GroupCommand.ListAll.class,
      GroupCommand.Show.class,
      GroupCommand.Edit.class,
      GroupCommand.AddUser.class,
      GroupCommand.RemoveUser.class,
      GroupCommand.Activate.class,
      GroupCommand.Deactivate.class,
      GroupCommand.Remove.class
    })
public final class GroupCommand {
  private static final Noun<GroupRow> NOUN =
      new Noun<>(
          List.of("name", "is_active", "description", "users", "permissions"),
          GroupCommand::fields,
          GroupCommand::losses,
          (database, selection) -> database.groups().select(selection));

  /** Made by picocli. */
  public GroupCommand() {}

  private static Map<String, @Nullable Object> fields(GroupRow group) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", group.id());
    fields.put("name", group.name());
    fields.put("description", group.description());
    fields.put("is_active", group.active());
    fields.put("users", group.users());
    fields.put("permissions", group.permissions());
    return fields;
  }

  private static List<String> losses(GroupRow group) {
    List<String> losses = Noun.losses();
    Noun.count(losses, group.users().size(), "user in it, who stays", "users in it, who stay");
    Noun.count(
        losses,
        group.permissions().size(),
        "permission that they hold through it",
        "permissions that they hold through it");
    return losses;
  }

  /** Which groups. */
  static final class Which extends ActiveSelectors {
    @Option(
        names = {"-u", "--user"},
        paramLabel = "USER",
        description = "Only those with this user in them.")
    private @Nullable String user;

    @Option(
        names = {"-p", "--permission"},
        paramLabel = "PERMISSION",
        description = "Only those that this permission is granted to.")
    private @Nullable String permission;

    @Override
    @Nullable String user() {
      return user;
    }

    @Override
    @Nullable String permission() {
      return permission;
    }
  }

  /** {@code authserver group create}. */
  @Command(name = "create", description = "Create a group.")
  static final class Create extends Described.CreateDescribed {
    Create(Context context) {
      super(context, "group");
    }

    @Override
    void create(AdminDatabase database, String name, String description)
        throws RefusedException, AuthDatabaseException {
      database.groups().create(name, description);
    }
  }

  /** {@code authserver group list}. */
  @Command(name = "list", description = "List groups.")
  static final class ListAll extends NounCommand.ListRows<GroupRow, Which> {
    ListAll(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver group show}. */
  @Command(name = "show", description = "Show groups with their users and permissions.")
  static final class Show extends NounCommand.ShowRows<GroupRow, Which> {
    Show(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver group edit}. */
  @Command(name = "edit", description = "Change groups; what is not named stays.")
  static final class Edit extends Described.EditDescribed<GroupRow, Which> {
    Edit(Context context) {
      super(context, NOUN, new Which());
    }

    @Override
    void edit(
        AdminDatabase database,
        List<GroupRow> rows,
        @Nullable String name,
        @Nullable String description)
        throws RefusedException, AuthDatabaseException {
      database.groups().edit(rows, name, description);
    }
  }

  /** A change of who is in a group. */
  abstract static class MemberCommand extends AdminCommand {
    @Parameters(index = "0", paramLabel = "GROUP", description = "The group (name or id).")
    private String group = "";

    @Parameters(
        index = "1..*",
        arity = "1..*",
        paramLabel = "USER",
        description = "The users (UUID, identifier or address).")
    private List<String> users = List.of();

    MemberCommand(Context context) {
      super(context);
    }

    @Override
    protected final void run() throws IOException, RefusedException, UsageException {
      change(context().database().groups(), group, users);
    }

    abstract void change(GroupAdmin groups, String group, List<String> users)
        throws RefusedException, AuthDatabaseException;
  }

  /** {@code authserver group add-user}. */
  @Command(name = "add-user", description = "Add users to a group.")
  static final class AddUser extends MemberCommand {
    AddUser(Context context) {
      super(context);
    }

    @Override
    void change(GroupAdmin groups, String group, List<String> users)
        throws RefusedException, AuthDatabaseException {
      int added = groups.addUsers(group, users);
      say("added " + added + " of " + users.size() + " users to group " + group);
    }
  }

  /** {@code authserver group remove-user}. */
  @Command(name = "remove-user", description = "Remove users from a group.")
  static final class RemoveUser extends MemberCommand {
    RemoveUser(Context context) {
      super(context);
    }

    @Override
    void change(GroupAdmin groups, String group, List<String> users)
        throws RefusedException, AuthDatabaseException {
      groups.removeUsers(group, users);
      say("removed " + users.size() + " users from group " + group);
    }
  }

  /** {@code authserver group activate}. */
  @Command(name = "activate", description = "Let groups give their permissions again.")
  static final class Activate extends NounCommand.ChangeRows<GroupRow, Which> {
    Activate(Context context) {
      super(context, NOUN, new Which(), "activate", "activated");
    }

    @Override
    void change(List<GroupRow> rows) throws IOException, RefusedException, UsageException {
      context().database().groups().setActive(rows, true);
    }
  }

  /** {@code authserver group deactivate}. */
  @Command(
      name = "deactivate",
      description = "Keep groups, their users and permissions, but let them give their users none.")
  static final class Deactivate extends NounCommand.ChangeRows<GroupRow, Which> {
    Deactivate(Context context) {
      super(context, NOUN, new Which(), "deactivate", "deactivated");
    }

    @Override
    void change(List<GroupRow> rows) throws IOException, RefusedException, UsageException {
      context().database().groups().setActive(rows, false);
    }
  }

  /** {@code authserver group remove}. */
  @Command(name = "remove", description = "Remove groups; their users stay.")
  static final class Remove extends NounCommand.RemoveRows<GroupRow, Which> {
    Remove(Context context) {
      super(context, NOUN, new Which());
    }

    @Override
    void change(List<GroupRow> rows) throws IOException, RefusedException, UsageException {
      context().database().groups().remove(rows);
    }
  }
}

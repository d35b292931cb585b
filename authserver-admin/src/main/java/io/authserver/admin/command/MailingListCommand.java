package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.Address;
import io.authserver.db.admin.ListAdmin;
import io.authserver.db.admin.ListEdit;
import io.authserver.db.admin.ListRow;
import io.authserver.db.admin.NewList;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.alias.NullSender;
import io.authserver.smtp.address.AsciiCase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authserver mailinglist}. */
@Command(
    name = "mailinglist",
    description = "Mailing lists: named by name or id.",
    subcommands = {
      MailingListCommand.Create.class,
      MailingListCommand.ListAll.class,
      MailingListCommand.Show.class,
      MailingListCommand.Edit.class,
      MailingListCommand.AddAddress.class,
      MailingListCommand.RemoveAddress.class,
      MailingListCommand.SetAddresses.class,
      MailingListCommand.Activate.class,
      MailingListCommand.Deactivate.class,
      MailingListCommand.Remove.class
    })
public final class MailingListCommand {
  private static final Noun<ListRow> NOUN =
      new Noun<>(
          List.of("id", "name", "is_active", "members", "new_mailfrom", "owner", "aliases"),
          MailingListCommand::fields,
          MailingListCommand::losses,
          (database, selection) -> database.lists().select(selection));
  private static final int MAX_ADDRESSES = 100_000;

  /** Made by picocli. */
  public MailingListCommand() {}

  private static Map<String, @Nullable Object> fields(ListRow list) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", list.id());
    fields.put("name", list.name());
    fields.put("is_active", list.active());
    fields.put("new_mailfrom", list.newMailFrom());
    fields.put("owner", list.owner());
    fields.put("extensions", list.extensions());
    fields.put("null_sender", list.nullSender());
    fields.put("members", list.addresses().size());
    fields.put("addresses", list.addresses());
    fields.put("aliases", list.aliases());
    return fields;
  }

  private static List<String> losses(ListRow list) {
    List<String> losses = Noun.losses();
    Noun.count(losses, list.addresses().size(), "member", "members");
    Noun.count(losses, list.aliases().size(), "alias", "aliases");
    return losses;
  }

  /** Which lists. */
  static final class Which extends ActiveSelectors {
    @Option(
        names = {"-d", "--domain"},
        paramLabel = "DOMAIN",
        description = "Only those with an alias in this domain.")
    private @Nullable String domain;

    @Option(
        names = {"-u", "--user"},
        paramLabel = "USER",
        description = "Only those that this user owns.")
    private @Nullable String user;

    @Override
    @Nullable String domain() {
      return domain;
    }

    @Override
    @Nullable String user() {
      return user;
    }
  }

  /** Reads members; {@code -} stands for the lines of standard input. */
  private static List<Address> members(Context context, List<String> texts)
      throws IOException, RefusedException {
    List<Address> members = new ArrayList<>();
    for (String text : texts) {
      if (!text.equals("-")) {
        members.add(Address.parseForeign(text));
        continue;
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(context.in(), StandardCharsets.UTF_8));
      String line;
      while ((line = lines.readLine()) != null) {
        if (!line.isBlank()) {
          members.add(Address.parseForeign(line.strip()));
        }
        if (members.size() > MAX_ADDRESSES) {
          throw new RefusedException("more than " + MAX_ADDRESSES + " addresses at once");
        }
      }
    }
    return members;
  }

  private static NullSender nullSender(String word) throws UsageException {
    for (NullSender who : NullSender.values()) {
      if (AsciiCase.lower(who.name()).equals(word)) {
        return who;
      }
    }
    throw new UsageException("--null-sender is owner, members or refuse, and for edit default");
  }

  /** {@code authserver mailinglist create}. */
  @Command(name = "create", description = "Create a mailing list; an alias makes it reachable.")
  static final class Create extends AdminCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "Its name.")
    private String name = "";

    @Parameters(
        index = "1..*",
        arity = "0..*",
        paramLabel = "ADDRESS",
        description = "Its members; - reads them from standard input, one a line.")
    private List<String> addresses = List.of();

    @Option(
        names = "--new-mailfrom",
        paramLabel = "ADDRESS",
        description = "The reverse-path of what it sends on (default: the sender's, rewritten).")
    private @Nullable String newMailFrom;

    @Option(
        names = "--owner",
        paramLabel = "USER",
        description =
            "Who is told about members that cannot be reached, and gets mail for LIST-request,"
                + " LIST-owner and their like.")
    private @Nullable String owner;

    @Option(
        names = "--extensions",
        negatable = true,
        description =
            "Its addresses take extensions, as those of users do, or not: then LIST+x is nobody's"
                + " (default: not).")
    private boolean extensions;

    @Option(
        names = "--null-sender",
        paramLabel = "owner|members|refuse",
        description =
            "Who gets bounces to it (default: the owner, else the new mailfrom; without either the"
                + " members of a list of one, or at an address such as postmaster, else nobody).")
    private @Nullable String nullSender;

    Create(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      Address reversePath =
          newMailFrom == null || newMailFrom.isEmpty() ? null : Address.parseForeign(newMailFrom);
      List<Address> members = members(context(), addresses);
      ListRow list =
          context()
              .database()
              .lists()
              .create(
                  new NewList(
                      name,
                      members,
                      reversePath,
                      owner,
                      extensions,
                      nullSender == null ? null : nullSender(nullSender)));
      say("created mailing list " + list.name() + " (" + list.id() + ")");
    }
  }

  /** {@code authserver mailinglist list}. */
  @Command(name = "list", description = "List mailing lists.")
  static final class ListAll extends NounCommand.ListRows<ListRow, Which> {
    ListAll(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver mailinglist show}. */
  @Command(name = "show", description = "Show mailing lists with their members.")
  static final class Show extends NounCommand.ShowRows<ListRow, Which> {
    Show(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver mailinglist edit}. */
  @Command(name = "edit", description = "Change mailing lists; what is not named stays.")
  static final class Edit extends NounCommand.ChangeRows<ListRow, Which> {
    private static final String NONE = "none";
    private static final String DEFAULT = "default";

    @Option(names = "--name", paramLabel = "NAME", description = "The new name.")
    private @Nullable String name;

    @Option(
        names = "--new-mailfrom",
        paramLabel = "ADDRESS|none",
        description = "The reverse-path of what it sends on; none for the sender's, rewritten.")
    private @Nullable String newMailFrom;

    @Option(
        names = "--owner",
        paramLabel = "USER|none",
        description =
            "Who is told about members that cannot be reached, and gets mail for LIST-request,"
                + " LIST-owner and their like.")
    private @Nullable String owner;

    @Option(
        names = "--extensions",
        negatable = true,
        description = "Their addresses take extensions, as those of users do, or not.")
    private @Nullable Boolean extensions;

    @Option(
        names = "--null-sender",
        paramLabel = "owner|members|refuse|default",
        description = "Who gets bounces to it; default for what mailinglist create says.")
    private @Nullable String nullSender;

    Edit(Context context) {
      super(context, NOUN, new Which(), "change", "changed");
    }

    @Override
    void check() throws RefusedException, UsageException {
      if (name == null
          && newMailFrom == null
          && owner == null
          && extensions == null
          && nullSender == null) {
        throw new UsageException(
            "nothing to change: --name, --new-mailfrom, --owner, --extensions, --null-sender");
      }
      ListEdit _ = edit();
    }

    @Override
    void check(List<ListRow> lists) throws UsageException {
      if (name != null) {
        requireOne(lists, "--name");
      }
    }

    @Override
    void change(List<ListRow> lists) throws IOException, RefusedException, UsageException {
      context().database().lists().edit(lists, edit());
    }

    private ListEdit edit() throws RefusedException, UsageException {
      ListEdit.To<Address> reversePath = null;
      if (newMailFrom != null) {
        reversePath =
            new ListEdit.To<>(newMailFrom.equals(NONE) ? null : Address.parseForeign(newMailFrom));
      }
      ListEdit.To<String> user = null;
      if (owner != null) {
        user = new ListEdit.To<>(owner.equals(NONE) ? null : owner);
      }
      ListEdit.To<NullSender> bounces = null;
      if (nullSender != null) {
        bounces = new ListEdit.To<>(nullSender.equals(DEFAULT) ? null : nullSender(nullSender));
      }
      return new ListEdit(name, reversePath, user, extensions, bounces);
    }
  }

  /** A change of members: {@code -m LIST ADDRESS…} or {@code LIST ADDRESS…}. */
  abstract static class MemberCommand extends AdminCommand {
    @Option(
        names = {"-m", "--mailing-list"},
        paramLabel = "LIST",
        description = "The list; without this option it is the first argument.")
    private @Nullable String list;

    @Parameters(
        arity = "1..*",
        paramLabel = "ADDRESS",
        description = "The members; - reads them from standard input, one a line.")
    private List<String> addresses = List.of();

    MemberCommand(Context context) {
      super(context);
    }

    @Override
    protected final void run() throws IOException, RefusedException, UsageException {
      String selector = list == null ? addresses.get(0) : list;
      List<String> texts = list == null ? addresses.subList(1, addresses.size()) : addresses;
      if (texts.isEmpty()) {
        throw new UsageException("name the list and at least one address, or - for standard input");
      }
      change(context().database().lists(), selector, members(context(), texts));
    }

    abstract void change(ListAdmin lists, String list, List<Address> members)
        throws IOException, RefusedException;
  }

  /** {@code authserver mailinglist add-address}. */
  @Command(name = "add-address", description = "Add members to a mailing list.")
  static final class AddAddress extends MemberCommand {
    AddAddress(Context context) {
      super(context);
    }

    @Override
    void change(ListAdmin lists, String list, List<Address> members)
        throws IOException, RefusedException {
      int added = lists.addAddresses(list, members);
      say("added " + added + " of " + members.size() + " addresses to mailing list " + list);
    }
  }

  /** {@code authserver mailinglist remove-address}. */
  @Command(name = "remove-address", description = "Remove members from a mailing list.")
  static final class RemoveAddress extends MemberCommand {
    RemoveAddress(Context context) {
      super(context);
    }

    @Override
    void change(ListAdmin lists, String list, List<Address> members)
        throws IOException, RefusedException {
      lists.removeAddresses(list, members);
      say("removed " + members.size() + " addresses from mailing list " + list);
    }
  }

  /** {@code authserver mailinglist set-addresses}. */
  @Command(name = "set-addresses", description = "Replace all members of a mailing list.")
  static final class SetAddresses extends MemberCommand {
    SetAddresses(Context context) {
      super(context);
    }

    @Override
    void change(ListAdmin lists, String list, List<Address> members)
        throws IOException, RefusedException {
      lists.setAddresses(list, members);
      say("mailing list " + list + " has " + members.size() + " addresses now");
    }
  }

  /** {@code authserver mailinglist activate}. */
  @Command(name = "activate", description = "Let mailing lists take mail again.")
  static final class Activate extends NounCommand.ChangeRows<ListRow, Which> {
    Activate(Context context) {
      super(context, NOUN, new Which(), "activate", "activated");
    }

    @Override
    void change(List<ListRow> rows) throws IOException, RefusedException, UsageException {
      context().database().lists().setActive(rows, true);
    }
  }

  /** {@code authserver mailinglist deactivate}. */
  @Command(
      name = "deactivate",
      description =
          "Keep mailing lists and their members, but refuse their mail; within another list they"
              + " are skipped.")
  static final class Deactivate extends NounCommand.ChangeRows<ListRow, Which> {
    Deactivate(Context context) {
      super(context, NOUN, new Which(), "deactivate", "deactivated");
    }

    @Override
    void change(List<ListRow> rows) throws IOException, RefusedException, UsageException {
      context().database().lists().setActive(rows, false);
    }
  }

  /** {@code authserver mailinglist remove}. */
  @Command(name = "remove", description = "Remove mailing lists with the aliases that lead there.")
  static final class Remove extends NounCommand.RemoveRows<ListRow, Which> {
    Remove(Context context) {
      super(context, NOUN, new Which());
    }

    @Override
    void change(List<ListRow> lists) throws IOException, RefusedException, UsageException {
      context().database().lists().remove(lists);
    }
  }
}

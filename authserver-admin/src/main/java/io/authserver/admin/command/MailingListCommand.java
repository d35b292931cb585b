package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.ConfirmOption;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.FormatOption;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.output.Rows;
import io.authserver.db.admin.Address;
import io.authserver.db.admin.AdminDatabase;
import io.authserver.db.admin.ListAdmin;
import io.authserver.db.admin.ListRow;
import io.authserver.db.admin.NewList;
import io.authserver.db.admin.RefusedException;
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
import picocli.CommandLine.Mixin;
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
      MailingListCommand.AddAddress.class,
      MailingListCommand.RemoveAddress.class,
      MailingListCommand.SetAddresses.class,
      MailingListCommand.Remove.class
    })
public final class MailingListCommand {
  private static final List<String> COLUMNS =
      List.of("id", "name", "members", "new_mailfrom", "owner", "aliases");
  private static final int MAX_ADDRESSES = 100_000;

  /** Made by picocli. */
  public MailingListCommand() {}

  private static Rows rows(List<ListRow> lists) {
    return new Rows(lists.stream().map(MailingListCommand::fields).toList());
  }

  private static Map<String, @Nullable Object> fields(ListRow list) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", list.id());
    fields.put("name", list.name());
    fields.put("new_mailfrom", list.newMailFrom());
    fields.put("owner", list.owner());
    fields.put("members", list.addresses().size());
    fields.put("addresses", list.addresses());
    fields.put("aliases", list.aliases());
    return fields;
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
        description = "Who is told about members that cannot be reached.")
    private @Nullable String owner;

    Create(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      Address reversePath =
          newMailFrom == null || newMailFrom.isEmpty() ? null : Address.parseForeign(newMailFrom);
      List<Address> members = members(context(), addresses);
      ListRow list =
          context().database().lists().create(new NewList(name, members, reversePath, owner));
      say("created mailing list " + list.name() + " (" + list.id() + ")");
    }
  }

  /** {@code authserver mailinglist list}. */
  @Command(name = "list", description = "List mailing lists.")
  static final class ListAll extends AdminCommand {
    @Parameters(arity = "0..*", paramLabel = "LIST", description = "Only these (default: all).")
    private List<String> lists = List.of();

    @Option(
        names = {"-c", "--contains"},
        paramLabel = "TEXT",
        description = "Only lists with this text in the name.")
    private @Nullable String contains;

    @Mixin private final FormatOption format = new FormatOption();

    ListAll(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      AdminDatabase database = context().database();
      rows(lists.isEmpty() ? database.lists().list(contains) : load(database, lists))
          .print(format.format(), COLUMNS, context().out());
    }
  }

  private static List<ListRow> load(AdminDatabase database, List<String> selectors)
      throws IOException, RefusedException {
    List<ListRow> rows = new ArrayList<>();
    for (String selector : selectors) {
      rows.add(database.lists().get(selector));
    }
    return rows;
  }

  /** {@code authserver mailinglist show}. */
  @Command(name = "show", description = "Show mailing lists with their members.")
  static final class Show extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "LIST", description = "The lists.")
    private List<String> lists = List.of();

    @Mixin private final FormatOption format = new FormatOption();

    Show(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      rows(load(context().database(), lists)).printDetails(format.format(), context().out());
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

  /** {@code authserver mailinglist remove}. */
  @Command(name = "remove", description = "Remove mailing lists with the aliases that lead there.")
  static final class Remove extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "LIST", description = "The lists.")
    private List<String> lists = List.of();

    @Mixin private final ConfirmOption confirm = new ConfirmOption();

    Remove(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      AdminDatabase database = context().database();
      List<ListRow> found = load(database, lists);
      List<String> lines =
          found.stream()
              .map(
                  l ->
                      "%s with %d members and %d aliases"
                          .formatted(l.name(), l.addresses().size(), l.aliases().size()))
              .toList();
      confirm.require(context(), "remove mailing list " + String.join(" and ", lines));
      database.lists().remove(found.stream().map(ListRow::name).distinct().toList());
      found.forEach(list -> say("removed mailing list " + list.name()));
    }
  }
}

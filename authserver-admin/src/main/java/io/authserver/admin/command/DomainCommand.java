package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.db.admin.Address;
import io.authserver.db.admin.DomainAdmin;
import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.DomainRow;
import io.authserver.db.admin.DomainSettings;
import io.authserver.db.admin.KeyRow;
import io.authserver.db.admin.NewDomain;
import io.authserver.db.admin.NewKey;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.RotationPolicy;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.signing.SignatureForm;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authserver domain}. */
@Command(
    name = "domain",
    description = "Mail domains, and how their mail is signed.",
    subcommands = {
      DomainCommand.Create.class,
      DomainCommand.ListAll.class,
      DomainCommand.Show.class,
      DomainCommand.Edit.class,
      DomainCommand.Activate.class,
      DomainCommand.Deactivate.class,
      DomainCommand.Remove.class
    })
public final class DomainCommand {
  private static final Noun<DomainRow> NOUN =
      new Noun<>(
          List.of(
              "name",
              "is_active",
              "redirect_to",
              "transactional",
              "sign",
              "active_keys",
              "aliases"),
          DomainCommand::fields,
          DomainCommand::losses,
          (database, selection) -> database.domains().select(selection));

  /** Made by picocli. */
  public DomainCommand() {}

  private static Map<String, @Nullable Object> fields(DomainRow domain) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", domain.id());
    fields.put("name", domain.name());
    fields.put("is_active", domain.active());
    DomainSettings settings = domain.settings();
    DomainName redirectTo = settings.redirectTo();
    fields.put("redirect_to", redirectTo == null ? null : redirectTo.name());
    Address catchAll = settings.catchAll();
    fields.put("catch_all", catchAll == null ? null : catchAll.toString());
    fields.put("delimiter", settings.delimiter().word());
    fields.put("transactional", settings.transactional());
    fields.put("sign", settings.sign());
    fields.put("require_signature", settings.requireSignature());
    fields.put("refuse_several_authors", settings.refuseSeveralAuthors());
    fields.put("sign_by_reverse_path", settings.signByReversePath());
    fields.put(
        "signature_expiry_seconds",
        settings.signatureExpiry().map(Duration::toSeconds).orElse(null));
    SignatureForm form = settings.form();
    fields.put(
        "canonicalization", form.headerCanonicalization() + "/" + form.bodyCanonicalization());
    fields.put("signed_fields", form.signedFields());
    fields.put("oversigned_fields", form.oversignedFields());
    fields.put("auid", form.auid());
    RotationPolicy rotation = settings.rotation();
    fields.put("rotate_keys", rotation.rotate());
    fields.put("key_age_days", rotation.ageDays());
    fields.put("key_lead_days", rotation.leadDays());
    fields.put("key_grace_days", rotation.graceDays());
    fields.put("author_must_match", settings.author().mustMatchWord());
    fields.put("author_mismatch", settings.author().mismatchWord());
    fields.put("active_keys", domain.activeKeys());
    fields.put("keys", domain.keys());
    fields.put("aliases", domain.aliases());
    return fields;
  }

  private static List<String> losses(DomainRow domain) {
    List<String> losses = Noun.losses();
    Noun.count(losses, domain.keys(), "key", "keys");
    Noun.count(losses, domain.aliases(), "alias", "aliases");
    return losses;
  }

  /** Which domains. */
  static final class Which extends ActiveSelectors {}

  /** What {@code --create-key} makes. */
  enum KeyChoice {
    /** One key of each algorithm. */
    dkim,
    /** RSA-2048. */
    rsa,
    /** Ed25519. */
    ed25519
  }

  /** {@code authserver domain create}. */
  @Command(name = "create", description = "Create a domain.")
  static final class Create extends AdminCommand {
    @Parameters(paramLabel = "NAME", description = "The domain, in A-labels or Unicode.")
    private String name = "";

    @Mixin private final DomainOptions options = new DomainOptions();

    @Option(
        names = "--create-key",
        paramLabel = "KIND",
        description =
            "Make keys too: ${COMPLETION-CANDIDATES}; dkim makes one of each algorithm. They sign"
                + " once they are activated.")
    private List<KeyChoice> createKeys = new ArrayList<>();

    @Option(
        names = "--dkim-selector",
        paramLabel = "SELECTOR",
        description = "The selector of the RSA key (default: algorithm and date).")
    private @Nullable String selector;

    @Option(
        names = "--postmaster",
        paramLabel = "USER|LIST",
        description =
            "Create the aliases postmaster and abuse for this user (UUID, identifier or address) or"
                + " mailing list; user:X or list:X where both are called so.")
    private @Nullable String postmaster;

    Create(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      DomainName domain = DomainName.parse(name);
      NewDomain created =
          new NewDomain(domain, options.change().apply(DomainSettings.DEFAULT), postmaster);
      List<NewKey> keys = newKeys();
      List<KeyRow> made =
          context().database().domains().create(created, keys, context().occasion());
      say("created domain " + domain);
      options.warning().ifPresent(this::say);
      if (postmaster != null) {
        say("created aliases postmaster@" + domain + " and abuse@" + domain);
      }
      made.forEach(key -> say(KeyMaker.announcement(key)));
    }

    private List<NewKey> newKeys() throws IOException, UsageException {
      boolean both = createKeys.contains(KeyChoice.dkim);
      boolean rsa = both || createKeys.contains(KeyChoice.rsa);
      boolean ed25519 = both || createKeys.contains(KeyChoice.ed25519);
      if (selector != null && !rsa) {
        throw new UsageException("--dkim-selector goes with --create-key dkim or rsa");
      }
      List<NewKey> keys = new ArrayList<>();
      KeyMaker maker = new KeyMaker(context());
      if (rsa) {
        keys.add(maker.rsa(KeyMaker.DEFAULT_RSA_BITS, selector));
      }
      if (ed25519) {
        keys.add(maker.ed25519(null));
      }
      return keys;
    }
  }

  /** {@code authserver domain list}. */
  @Command(name = "list", description = "List domains.")
  static final class ListAll extends NounCommand.ListRows<DomainRow, Which> {
    ListAll(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver domain show}. */
  @Command(name = "show", description = "Show domains with their signing policy.")
  static final class Show extends NounCommand.ShowRows<DomainRow, Which> {
    Show(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver domain edit}. */
  @Command(
      name = "edit",
      description = "Change domains; what is not named stays. The daemons follow within a second.")
  static final class Edit extends NounCommand.ChangeRows<DomainRow, Which> {
    @Mixin private final DomainOptions options = new DomainOptions();

    Edit(Context context) {
      super(context, NOUN, new Which(), "change", "changed");
    }

    @Override
    void check() throws RefusedException, UsageException {
      UnaryOperator<DomainSettings> _ = options.change();
    }

    @Override
    void change(List<DomainRow> domains) throws IOException, RefusedException, UsageException {
      List<DomainName> names = domains.stream().map(row -> new DomainName(row.name())).toList();
      context().database().domains().edit(names, options.change(), context().occasion());
      options.warning().ifPresent(this::say);
    }
  }

  /** {@code authserver domain activate}. */
  @Command(
      name = "activate",
      description = "Let domains take mail, let log in, send and sign again.")
  static final class Activate extends NounCommand.ChangeRows<DomainRow, Which> {
    Activate(Context context) {
      super(context, NOUN, new Which(), "activate", "activated");
    }

    @Override
    void change(List<DomainRow> rows) throws IOException, RefusedException, UsageException {
      context().database().domains().setActive(rows, true);
    }
  }

  /** {@code authserver domain deactivate}. */
  @Command(
      name = "deactivate",
      description =
          "Keep domains and all they have, but take no mail for them, let nobody log in or send by"
              + " their addresses, and do not sign. They stay ours: nothing goes elsewhere.")
  static final class Deactivate extends NounCommand.ChangeRows<DomainRow, Which> {
    Deactivate(Context context) {
      super(context, NOUN, new Which(), "deactivate", "deactivated");
    }

    @Override
    void change(List<DomainRow> rows) throws IOException, RefusedException, UsageException {
      context().database().domains().setActive(rows, false);
      for (DomainAdmin.Leading leading : context().database().domains().leadingTo(rows)) {
        say(
            "warning: domain %s sends what is nobody's to %s: it is refused meanwhile"
                .formatted(leading.name(), leading.to()));
      }
    }
  }

  /** {@code authserver domain remove}. */
  @Command(name = "remove", description = "Remove domains with their keys.")
  static final class Remove extends NounCommand.RemoveRows<DomainRow, Which> {
    @Option(
        names = "--with-aliases",
        description = "Remove their aliases too; without, a domain that has some is refused.")
    private boolean withAliases;

    Remove(Context context) {
      super(context, NOUN, new Which());
    }

    @Override
    void check(List<DomainRow> domains) throws RefusedException {
      for (DomainRow domain : domains) {
        if (domain.aliases() > 0 && !withAliases) {
          throw DomainAdmin.hasAliases(domain);
        }
      }
    }

    @Override
    List<String> lines(List<DomainRow> domains)
        throws RefusedException, AuthDatabaseException, UsageException {
      List<String> lines = new ArrayList<>(super.lines(domains));
      for (DomainAdmin.Leading leading : context().database().domains().leadingTo(domains)) {
        if (leading.catchAll()) {
          throw DomainAdmin.isCatchAll(leading);
        }
        lines.add("domain " + leading.name() + " stays and redirects to nowhere");
      }
      return lines;
    }

    @Override
    void change(List<DomainRow> domains) throws IOException, RefusedException, UsageException {
      context().database().domains().remove(domains, withAliases);
    }
  }

  static List<DomainName> parse(List<String> names) throws RefusedException {
    List<DomainName> parsed = new ArrayList<>();
    for (String name : names) {
      parsed.add(DomainName.parse(name));
    }
    return parsed;
  }
}

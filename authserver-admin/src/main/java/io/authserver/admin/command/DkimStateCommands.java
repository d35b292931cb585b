package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.ConfirmOption;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.dns.RecordCheck;
import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.KeyRow;
import io.authserver.db.admin.RefusedException;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verbs of {@code authserver dkim} that move a key through its life. */
final class DkimStateCommands {
  private static final String KEYS = "The keys; * stands for any text and ? for any character.";

  private DkimStateCommands() {}

  /** Returns selectors with the patterns among them replaced by what they match. */
  private static List<String> named(Context context, DomainName domain, List<String> selectors)
      throws IOException, RefusedException, UsageException {
    return DkimCommand.isExact(selectors)
        ? selectors
        : DkimCommand.select(context.database().keys().list(domain), domain, selectors).stream()
            .map(KeyRow::selector)
            .toList();
  }

  private static String question(String verb, DomainName domain, List<String> selectors) {
    return verb + " key " + String.join(" and ", selectors) + " of domain " + domain;
  }

  /** {@code authserver dkim activate}. */
  @Command(name = "activate", description = "Let keys sign whose records are in DNS.")
  static final class Activate extends AdminCommand {
    @Parameters(index = "0", paramLabel = "DOMAIN", description = "The domain.")
    private String domain = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "SELECTOR", description = KEYS)
    private List<String> selectors = List.of();

    @Option(names = "--all", description = "All published keys of the domain.")
    private boolean all;

    @Option(
        names = "--force",
        description = "Do not look into DNS; that it was so is recorded with the key.")
    private boolean force;

    @Mixin private final ResolverOption resolver = new ResolverOption();

    Activate(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      if (all == !selectors.isEmpty()) {
        throw new UsageException("name the selectors, or say --all");
      }
      DomainName name = DomainName.parse(domain);
      List<KeyRow> keys = context().database().keys().list(name);
      List<KeyRow> chosen =
          all
              ? keys.stream().filter(key -> key.state().equals("published")).toList()
              : DkimCommand.select(keys, name, selectors);
      if (chosen.isEmpty()) {
        throw new RefusedException("domain " + name + " has no published key to activate");
      }
      if (!force) {
        requirePublished(chosen);
      }
      List<String> names = chosen.stream().map(KeyRow::selector).toList();
      context().database().keys().activate(name, names, force, context().occasion());
      names.forEach(
          selector ->
              say(
                  "activated key %s of domain %s%s"
                      .formatted(selector, name, force ? " (DNS not looked at)" : "")));
    }

    private void requirePublished(List<KeyRow> keys) throws IOException, RefusedException {
      List<RecordCheck> checks =
          resolver.check(context()).checkAll(keys.stream().map(KeyMaker::record).toList());
      for (RecordCheck check : checks) {
        if (!check.isPublished()) {
          throw new RefusedException(
              "DNS record %s %s; nothing was activated (--force does without it)"
                  .formatted(check.record().name(), check.publication().fault()));
        }
      }
      for (RecordCheck check : checks) {
        check.silent().forEach(sentence -> say("warning: name server " + sentence));
        if (check.testing()) {
          say(
              "warning: %s has t=y: receivers treat the mail as if it were not signed"
                  .formatted(check.record().name()));
        }
      }
    }
  }

  /** {@code authserver dkim retire}. */
  @Command(name = "retire", description = "Stop keys from signing; their records stay in DNS.")
  static final class Retire extends AdminCommand {
    @Parameters(index = "0", paramLabel = "DOMAIN", description = "The domain.")
    private String domain = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "SELECTOR", description = KEYS)
    private List<String> selectors = List.of();

    @Mixin private final ConfirmOption confirm = new ConfirmOption();

    Retire(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      DomainName name = DomainName.parse(domain);
      List<String> chosen = named(context(), name, selectors);
      if (!DkimCommand.isExact(selectors)) {
        confirm.require(context(), question("retire", name, chosen));
      }
      context().database().keys().retire(name, chosen, context().occasion());
      chosen.forEach(selector -> say("retired key " + selector + " of domain " + name));
      if (context().database().keys().list(name).stream()
          .noneMatch(key -> key.state().equals("active"))) {
        say("warning: no key of domain " + name + " signs now");
      }
    }
  }

  /** {@code authserver dkim revoke}. */
  @Command(
      name = "revoke",
      description =
          "Give retired keys up: their private halves are forgotten, their records may go.")
  static final class Revoke extends AdminCommand {
    @Parameters(index = "0", paramLabel = "DOMAIN", description = "The domain.")
    private String domain = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "SELECTOR", description = KEYS)
    private List<String> selectors = List.of();

    @Option(names = "--force", description = "Do not wait until the last signatures have expired.")
    private boolean force;

    @Mixin private final ConfirmOption confirm = new ConfirmOption();

    Revoke(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      DomainName name = DomainName.parse(domain);
      List<String> chosen = named(context(), name, selectors);
      confirm.require(context(), question("revoke", name, chosen));
      context().database().keys().revoke(name, chosen, force, context().occasion());
      chosen.forEach(selector -> say("revoked key " + selector + " of domain " + name));
    }
  }

  /** {@code authserver dkim remove}. */
  @Command(name = "remove", description = "Remove keys that never signed or are revoked.")
  static final class Remove extends AdminCommand {
    @Parameters(index = "0", paramLabel = "DOMAIN", description = "The domain.")
    private String domain = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "SELECTOR", description = KEYS)
    private List<String> selectors = List.of();

    @Mixin private final ConfirmOption confirm = new ConfirmOption();

    Remove(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      DomainName name = DomainName.parse(domain);
      List<String> chosen = named(context(), name, selectors);
      confirm.require(context(), question("remove", name, chosen));
      context().database().keys().remove(name, chosen, context().occasion());
      chosen.forEach(selector -> say("removed key " + selector + " of domain " + name));
    }
  }
}

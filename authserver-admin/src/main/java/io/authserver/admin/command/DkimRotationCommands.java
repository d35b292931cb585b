package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.ExitCode;
import io.authserver.admin.cli.FormatOption;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.output.Format;
import io.authserver.admin.output.Json;
import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.KeyRotation;
import io.authserver.db.admin.KeyRotation.DomainKeys;
import io.authserver.db.admin.KeyRow;
import io.authserver.db.admin.NewKey;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.signing.WrappingKeys;
import io.authserver.dkim.key.DkimPrivateKey;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verbs of {@code authserver dkim} that work on the keys of many domains. */
final class DkimRotationCommands {
  private DkimRotationCommands() {}

  /** {@code authserver dkim rotate}. */
  @Command(
      name = "rotate",
      description = {
        "Make the next keys beside the active ones, of the same algorithms and sizes.",
        "They wait in state published; what waits already is not made again. Publish their records;"
            + " then authserver dkim maintain lets them sign, or dkim activate and dkim retire do."
      })
  static final class Rotate extends AdminCommand {
    @Parameters(arity = "0..*", paramLabel = "DOMAIN", description = "The domains.")
    private List<String> domains = List.of();

    @Option(names = "--all", description = "All domains with active keys.")
    private boolean all;

    @Option(
        names = "--algorithm",
        paramLabel = "ALGORITHM",
        description =
            "Make keys of these, whatever is active: ${COMPLETION-CANDIDATES}; may be given twice.")
    private List<DkimCommand.Algorithm> algorithms = List.of();

    Rotate(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      if (all == !domains.isEmpty()) {
        throw new UsageException("name the domains, or say --all");
      }
      try (KeyRotation rotation = context().database().keyRotation()) {
        rotation.lock();
        List<DomainName> names = DomainCommand.parse(domains);
        List<DomainKeys> found = rotation.load(names);
        for (DomainName name : names) {
          if (found.stream().noneMatch(domain -> domain.domain().name().equals(name.name()))) {
            throw new RefusedException(
                "domain " + name + " has no key to follow; authserver dkim create makes the first");
          }
        }
        for (DomainKeys domain : found) {
          rotate(domain);
        }
      }
    }

    private void rotate(DomainKeys domain) throws IOException, RefusedException, UsageException {
      Map<String, KeyRow> active = new LinkedHashMap<>();
      domain.keys().stream()
          .filter(key -> key.state().equals("active"))
          .forEach(key -> active.put(key.algorithm(), key));
      List<String> wanted =
          algorithms.isEmpty()
              ? List.copyOf(active.keySet())
              : algorithms.stream().distinct().map(Enum::name).toList();
      if (wanted.isEmpty() && !all) {
        say("domain " + domain.domain().name() + " has no active key to follow");
      }
      for (String algorithm : wanted) {
        List<String> waiting =
            domain.keys().stream()
                .filter(key -> key.algorithm().equals(algorithm))
                .filter(key -> key.state().equals("published"))
                .map(KeyRow::selector)
                .toList();
        if (!waiting.isEmpty()) {
          say(
              "key %s of domain %s waits already to be activated"
                  .formatted(String.join(" and ", waiting), domain.domain().name()));
          continue;
        }
        KeyRow made =
            context()
                .database()
                .keys()
                .create(
                    new DomainName(domain.domain().name()),
                    next(algorithm, active.get(algorithm)),
                    context().occasion());
        say(KeyMaker.announcement(made));
      }
    }

    private NewKey next(String algorithm, @Nullable KeyRow active)
        throws IOException, UsageException {
      KeyMaker maker = new KeyMaker(context());
      if (active != null) {
        return maker.like(KeyMaker.publicKey(active));
      }
      return switch (DkimCommand.Algorithm.valueOf(algorithm)) {
        case rsa -> maker.rsa(DkimPrivateKey.DEFAULT_RSA_BITS, null);
        case ed25519 -> maker.ed25519(null);
      };
    }
  }

  /** {@code authserver dkim maintain}. */
  @Command(
      name = "maintain",
      description = {
        "Do what is next in the rotation of keys: make successors, look into DNS, activate, retire,"
            + " revoke; and say which records to publish and which may be deleted.",
        "By each domain's policy (authserver domain edit --key-age, --key-lead, --key-grace,"
            + " --no-rotate-keys). Made for a timer: run again, it does nothing twice.",
        "Makes the next key of the origin marks too, every 30 days; nobody has to do anything"
            + " about it.",
        "Exit code 0 where nobody has to do anything, 4 where a person has to publish a record, 1"
            + " where something failed that the next run tries again."
      })
  static final class Maintain extends AdminCommand {
    @Parameters(arity = "0..*", paramLabel = "DOMAIN", description = "The domains (default: all).")
    private List<String> domains = List.of();

    @Option(names = "--dry-run", description = "Say what would be done; change nothing.")
    private boolean dryRun;

    @Mixin private final ResolverOption resolver = new ResolverOption();

    @Mixin private final FormatOption format = new FormatOption();

    Maintain(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      Maintenance maintenance = new Maintenance(context(), dryRun);
      maintenance.run(DomainCommand.parse(domains), resolver.check(context()));
      if (!dryRun && context().database().keyRotation().rotateMarkKeys()) {
        say("made the next key of the origin marks");
      }
      List<Maintenance.Entry> entries = maintenance.entries();
      if (format.format() == Format.json) {
        context()
            .out()
            .println(Json.write(entries.stream().map(entry -> entry.fields(dryRun)).toList()));
      } else {
        entries.forEach(this::print);
      }
      maintenance.silent().forEach(sentence -> say("warning: name server " + sentence));
      if (entries.stream().anyMatch(Maintenance.Entry::isFailure)) {
        exitWith(ExitCode.REFUSED);
      } else if (entries.stream().anyMatch(entry -> "must".equals(entry.person()))) {
        exitWith(ExitCode.PERSON_NEEDED);
      }
    }

    private void print(Maintenance.Entry entry) {
      String key = "key " + entry.key().selector() + " of domain " + entry.key().domain();
      String would = dryRun ? "would have " : "";
      switch (entry.action()) {
        case "publish" -> {
          context().out().println("PUBLISH this record for " + key + " (" + entry.detail() + "):");
          context().out().println("  " + KeyMaker.publishedRecord(entry.key()).zoneLine());
        }
        case "delete" -> {
          context().out().println("This record of " + key + " may be deleted: " + entry.detail());
          context().out().println("  " + KeyMaker.record(entry.key()).name() + ".");
        }
        case "waiting" -> context().out().println(key + ": " + entry.detail());
        case "failed" -> say("failed: " + key + ": " + entry.detail());
        default ->
            context().out().println(would + entry.action() + " " + key + ": " + entry.detail());
      }
    }
  }

  /** {@code authserver dkim rewrap}. */
  @Command(
      name = "rewrap",
      description = {
        "After a change of the wrapping key: wrap every private key with the first one.",
        "AUTHSERVER_WRAPPING_KEY_FILE names both, the new one first. Every daemon must have both"
            + " before. Can be broken off and run again; authserver db status counts what is left."
      })
  static final class Rewrap extends AdminCommand {
    Rewrap(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      WrappingKeys wrappingKeys = context().wrappingKeys();
      KeyRotation.Rewrapped result = context().database().keyRotation().rewrap(wrappingKeys);
      say(
          "wrapped %d private %s with wrapping key %s"
              .formatted(
                  result.rewrapped(),
                  result.rewrapped() == 1 ? "key" : "keys",
                  wrappingKeys.ids().getFirst()));
      if (result.failures().isEmpty()) {
        say("every private key is under it now");
      } else {
        result.failures().forEach(failure -> say("failed: " + failure));
        exitWith(ExitCode.REFUSED);
      }
    }
  }
}

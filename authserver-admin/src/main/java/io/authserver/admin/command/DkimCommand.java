package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.dns.KeyRecord;
import io.authserver.admin.output.Json;
import io.authserver.db.admin.DomainName;
import io.authserver.db.admin.KeyRow;
import io.authserver.db.admin.NewKey;
import io.authserver.db.admin.RefusedException;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authserver dkim}. */
@Command(
    name = "dkim",
    description = "DKIM keys: published (waiting for DNS), active (signing), retired, revoked.",
    subcommands = {
      DkimCommand.Create.class,
      DkimCommand.ListAll.class,
      DkimCommand.Show.class,
      DkimCommand.Dns.class,
      DkimCheckCommand.class,
      DkimRotationCommands.Rotate.class,
      DkimRotationCommands.Maintain.class,
      DkimRotationCommands.Rewrap.class,
      DkimFileCommands.Import.class,
      DkimFileCommands.Export.class,
      DkimHistoryCommand.class,
      DkimStateCommands.Activate.class,
      DkimStateCommands.Retire.class,
      DkimStateCommands.Revoke.class,
      DkimStateCommands.Remove.class,
      DkimVerifyCommand.class
    })
public final class DkimCommand {
  private static final Noun<KeyRow> NOUN =
      new Noun<>(
          List.of("domain", "selector", "algorithm", "state", "forced", "created_at"),
          DkimCommand::fields,
          _ -> List.of(),
          (database, selection) -> database.keys().select(selection));

  /** Made by picocli. */
  public DkimCommand() {}

  private static Map<String, @Nullable Object> fields(KeyRow key) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", key.id());
    fields.put("domain", key.domain());
    fields.put("selector", key.selector());
    fields.put("algorithm", key.algorithm());
    fields.put("bits", KeyMaker.publicKey(key).bits());
    fields.put("state", key.state());
    fields.put("forced", key.forced());
    fields.put("created_at", key.createdAt().toString());
    fields.put("activated_at", text(key.activatedAt()));
    fields.put("retired_at", text(key.retiredAt()));
    fields.put("revoked_at", text(key.revokedAt()));
    fields.put("seen_since", text(key.seenSince()));
    fields.put("signatures_until", text(key.signaturesUntil()));
    fields.put("gone_at", text(key.goneAt()));
    return fields;
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  /** The algorithms. */
  enum Algorithm {
    /** RSA. */
    rsa,
    /** Ed25519. */
    ed25519
  }

  /** {@code authserver dkim create}. */
  @Command(name = "create", description = "Make a key. It signs once it is activated.")
  static final class Create extends AdminCommand {
    @Parameters(paramLabel = "DOMAIN", description = "The domain.")
    private String domain = "";

    @Option(
        names = "--algorithm",
        paramLabel = "ALGORITHM",
        description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Algorithm algorithm = Algorithm.rsa;

    @Option(
        names = "--bits",
        paramLabel = "BITS",
        description = "Size of an RSA key: 2048, 3072 or 4096 (default: 2048).")
    private @Nullable Integer bits;

    @Option(
        names = "--selector",
        paramLabel = "SELECTOR",
        description = "Its selector (default: algorithm and date, such as rsa20261121).")
    private @Nullable String selector;

    Create(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      DomainName name = DomainName.parse(domain);
      NewKey key = newKey();
      KeyRow made = context().database().keys().create(name, key, context().occasion());
      say(KeyMaker.announcement(made));
    }

    private NewKey newKey() throws IOException, UsageException {
      KeyMaker maker = new KeyMaker(context());
      return switch (algorithm) {
        case ed25519 -> {
          if (bits != null) {
            throw new UsageException("--bits goes with --algorithm rsa");
          }
          yield maker.ed25519(selector);
        }
        case rsa -> {
          int size = bits == null ? KeyMaker.DEFAULT_RSA_BITS : bits;
          // RFC 8301 §3.2: below 2048 should not be used; above 4096 verifiers need not read.
          if (size != 2048 && size != 3072 && size != 4096) {
            throw new UsageException("--bits must be 2048, 3072 or 4096");
          }
          yield maker.rsa(size, selector);
        }
      };
    }
  }

  /** Which keys: those of the domains that are named. */
  static final class Which extends ActiveSelectors {}

  /** {@code authserver dkim list}. */
  @Command(
      name = "list",
      description =
          "List keys: all, or those of the domains that are named. TEXT is looked for in"
              + " selectors too.")
  static final class ListAll extends NounCommand.ListRows<KeyRow, Which> {
    ListAll(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** {@code authserver dkim show}. */
  @Command(
      name = "show",
      description =
          "Show the keys of the domains that are named, with all their times. TEXT is"
              + " looked for in selectors too.")
  static final class Show extends NounCommand.ShowRows<KeyRow, Which> {
    Show(Context context) {
      super(context, NOUN, new Which());
    }
  }

  /** How DNS records are printed. */
  enum DnsFormat {
    /** Lines of a zone file. */
    zone,
    /** A list of objects. */
    json,
    /** Name and text, for the form of a DNS provider. */
    plain
  }

  /** {@code authserver dkim dns}. */
  @Command(name = "dns", description = "Print the DNS records of a domain's keys.")
  static final class Dns extends AdminCommand {
    // A week: whoever wants a record to be cached for longer wants something else.
    private static final int MAX_TTL = 604_800;

    @Parameters(index = "0", paramLabel = "DOMAIN", description = "The domain.")
    private String domain = "";

    @Parameters(
        index = "1..*",
        arity = "0..*",
        paramLabel = "SELECTOR",
        description =
            "Only these, * and ? being wildcards (default: all but the revoked ones, whose record"
                + " would be an empty p=).")
    private List<String> selectors = List.of();

    @Option(
        names = {"-f", "--format"},
        paramLabel = "FORMAT",
        description =
            "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). plain is the name and the text,"
                + " unsplit and unquoted.")
    private DnsFormat format = DnsFormat.zone;

    @Option(names = "--json", description = "The same as --format json.")
    private boolean json;

    @Option(
        names = "--ttl",
        paramLabel = "SECONDS",
        description = "How long others may keep the record (default: ${DEFAULT-VALUE}).")
    private int ttl = KeyRecord.DEFAULT_TTL;

    Dns(Context context) {
      super(context);
    }

    @Override
    protected void run() throws IOException, RefusedException, UsageException {
      if (ttl < 0 || ttl > MAX_TTL) {
        throw new UsageException("--ttl must be from 0 to " + MAX_TTL + " seconds");
      }
      DomainName name = DomainName.parse(domain);
      List<KeyRow> keys = context().database().keys().list(name);
      List<KeyRecord> records =
          (selectors.isEmpty()
                  ? keys.stream().filter(key -> !key.state().equals("revoked")).toList()
                  : select(keys, name, selectors))
              .stream().map(key -> KeyMaker.record(key).withTtl(ttl)).toList();
      switch (json ? DnsFormat.json : format) {
        case json ->
            context().out().println(Json.write(records.stream().map(KeyRecord::fields).toList()));
        case zone -> records.forEach(record -> context().out().println(record.zoneLine()));
        case plain ->
            records.forEach(
                record -> context().out().println(record.name() + " " + record.value()));
      }
    }
  }

  /**
   * Returns the keys that selectors name; in one {@code *} stands for any text and {@code ?} for
   * any character, which no selector has.
   *
   * @throws RefusedException where one names nothing
   */
  static List<KeyRow> select(List<KeyRow> keys, DomainName domain, List<String> selectors)
      throws RefusedException {
    Set<KeyRow> selected = new LinkedHashSet<>();
    for (String selector : selectors) {
      Pattern pattern = Pattern.compile(glob(selector), Pattern.CASE_INSENSITIVE);
      List<KeyRow> found =
          keys.stream().filter(key -> pattern.matcher(key.selector()).matches()).toList();
      if (found.isEmpty()) {
        throw new RefusedException(
            "domain " + domain + " has no key with selector \"" + selector + "\"");
      }
      selected.addAll(found);
    }
    return List.copyOf(selected);
  }

  /** Returns whether selectors were written out, so that whoever wrote them knows what they hit. */
  static boolean isExact(List<String> selectors) {
    return selectors.stream().allMatch(text -> text.indexOf('*') < 0 && text.indexOf('?') < 0);
  }

  private static String glob(String selector) {
    StringBuilder regex = new StringBuilder();
    selector
        .codePoints()
        .forEach(
            c ->
                regex.append(
                    switch (c) {
                      case '*' -> ".*";
                      case '?' -> ".";
                      default -> Pattern.quote(Character.toString(c));
                    }));
    return regex.toString();
  }
}

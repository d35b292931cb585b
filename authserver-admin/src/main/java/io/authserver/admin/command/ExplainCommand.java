package io.authserver.admin.command;

import io.authserver.admin.cli.AdminCommand;
import io.authserver.admin.cli.Context;
import io.authserver.admin.cli.Time;
import io.authserver.admin.cli.UsageException;
import io.authserver.admin.explain.Explanation;
import io.authserver.admin.explain.ExplanationText;
import io.authserver.admin.explain.Signing;
import io.authserver.admin.explain.SigningForecast;
import io.authserver.admin.explain.SrsText;
import io.authserver.admin.output.Json;
import io.authserver.db.admin.Quoting;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.admin.Selection;
import io.authserver.db.alias.JdbcResolutionStore;
import io.authserver.db.alias.JdbcSrsKeyStore;
import io.authserver.db.alias.JdbcSrsTokenStore;
import io.authserver.db.alias.ResolutionStep;
import io.authserver.db.author.JdbcAuthorStore;
import io.authserver.db.signing.JdbcSigningStore;
import io.authserver.db.site.JdbcSiteStore;
import io.authserver.mailforwarder.ForwarderSettings;
import io.authserver.mailforwarder.fanout.Entrance;
import io.authserver.mailforwarder.fanout.Rehearsal;
import io.authserver.mailforwarder.fanout.Route;
import io.authserver.mailforwarder.resolve.Decider;
import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.mailforwarder.resolve.Resolution;
import io.authserver.mailforwarder.resolve.ReturnAddresses;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsSecret;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.MailParameters;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.RecipientParameters;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.author.AuthorReader;
import io.authserver.smtp.author.Authors;
import io.authserver.smtp.daemon.HostPort;
import io.authserver.smtp.daemon.Settings;
import io.authserver.smtp.daemon.StartException;
import io.authserver.smtp.message.HeaderSection;
import io.authserver.smtp.message.MemoryBudget;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code authserver explain}. */
@Command(
    name = "explain",
    description = {
      "Explain what mailforwarder and dkimsigner would do with a message, without sending anything:"
          + " which alias, list or redirect decides, who gets a copy with which envelope over which"
          + " next hop, whether the author is the sender's, what would be refused, and which keys"
          + " would sign.",
      "The decisions are the daemons' own code. Their settings (SRS secrets and domain, next hops)"
          + " come from the environment or --env-dir, as theirs do. What a next hop would answer is"
          + " not known here."
    })
public final class ExplainCommand extends AdminCommand {
  @Parameters(index = "0", paramLabel = "FROM", description = "The reverse-path; <> of a bounce.")
  private String from = "";

  @Parameters(index = "1", paramLabel = "TO", description = "The recipient.")
  private String to = "";

  @Option(
      names = "--message",
      paramLabel = "FILE",
      description =
          "The message, - for standard input: its From field says who the author is, its Received"
              + " fields whether it was submitted (default: the author is FROM, and mail of a"
              + " domain of ours was submitted).")
  private @Nullable String message;

  @Option(
      names = "--submission",
      description =
          "As if it came in at MAILFORWARDER_SUBMISSION_PORT, where all mail was submitted"
              + " (default: at MAILFORWARDER_INPUT_PORT).")
  private boolean submission;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      converter = Time.class,
      description = "As if it were that time (default: now).")
  private @Nullable Instant at;

  @Option(names = "--json", description = "One object.")
  private boolean json;

  ExplainCommand(Context context) {
    super(context);
  }

  @Override
  protected void run() throws IOException, RefusedException, UsageException {
    ReversePath reversePath = reversePath(from);
    ForwardPath forwardPath = forwardPath(to);
    Settings settings = context().settings(ForwarderSettings.deciding());
    Optional<ReturnAddresses> known =
        ForwarderSettings.returnAddresses(
            settings,
            new JdbcSrsKeyStore(context().pool())
                .find(ForwarderSettings.srsDomain(settings).orElse(null)));
    Optional<HeaderSection> header = header();
    Entrance entrance = entrance(settings);
    Optional<HostPort> transactional = ForwarderSettings.transactionalRelay(settings);
    // The shape of an address does not depend on the secret; its hash is not shown then.
    ReturnAddresses returnAddresses =
        known.orElseGet(
            () ->
                new ReturnAddresses(
                    new Srs(List.of(SrsSecret.of("none"))),
                    ForwarderSettings.srsDomain(settings).orElse(null),
                    true));
    Decider decider = new Decider(() -> returnAddresses);
    Instant now = at;
    Rehearsal.Outcome outcome =
        new Rehearsal(
                new JdbcResolutionStore(
                    context().pool(), new MemoryBudget(MemoryBudget.DEFAULT_WORKING_BYTES)),
                new JdbcSrsTokenStore(context().pool(), context().clock()),
                new JdbcAuthorStore(context().pool()),
                decider)
            .of(
                new Rehearsal.Question(
                    new Sender(reversePath, MailParameters.NONE),
                    new Recipient(forwardPath, RecipientParameters.NONE),
                    header,
                    entrance,
                    transactional.isPresent(),
                    ForwarderSettings.maxTargets(
                        settings, new JdbcSiteStore(context().pool()).maxTargets()),
                    now == null ? context().clock().instant() : now));
    Authors authors = authors(header, reversePath);
    SigningForecast forecast =
        new SigningForecast(
            new JdbcSigningStore(context().pool()),
            context().hasWrappingKeys() ? context().wrappingKeys() : null);
    List<Signing> signatures = new ArrayList<>();
    for (Rehearsal.PlannedCopy copy : outcome.copies()) {
      signatures.add(forecast.of(copy, authors));
    }
    List<String> notes =
        notes(outcome, known.isPresent(), header.isPresent(), entrance, reversePath);
    notes.addAll(deactivated(signatures));
    outcome.resolution().map(ExplainCommand::nobodys).ifPresent(notes::addAll);
    HostPort local = ForwarderSettings.localDelivery(settings);
    Explanation explanation =
        new Explanation(
            reversePath.toString(),
            forwardPath.toString(),
            outcome,
            signatures,
            Map.of(
                Route.LOCAL_DELIVERY,
                local.toString(),
                Route.REMOTE_RELAY,
                ForwarderSettings.remoteRelay(settings).toString(),
                Route.TRANSACTIONAL_RELAY,
                transactional.orElse(local).toString()),
            new SrsText(known.isPresent()),
            notes);
    if (json) {
      context().out().println(Json.write(explanation.fields()));
    } else {
      new ExplanationText(explanation, context().out()).print();
    }
  }

  private Entrance entrance(Settings settings) throws UsageException {
    boolean hasListener;
    try {
      hasListener = ForwarderSettings.listeners(settings).submissions().isPresent();
    } catch (StartException e) {
      throw new UsageException(String.join(System.lineSeparator(), e.problems()));
    }
    if (submission && !hasListener) {
      throw new UsageException("--submission: MAILFORWARDER_SUBMISSION_PORT is not set");
    }
    Entrance entrance = ForwarderSettings.entrance(settings);
    return submission ? entrance.submissions() : entrance;
  }

  private static List<String> notes(
      Rehearsal.Outcome outcome,
      boolean secret,
      boolean message,
      Entrance entrance,
      ReversePath reversePath) {
    List<String> notes = new ArrayList<>();
    if (!secret) {
      boolean unverified =
          outcome.decision() instanceof Decision.Refuse refuse
              && refuse.reason().startsWith("srs_");
      notes.add(
          unverified
              ? "MAILFORWARDER_SRS_SECRET is not set here, and the database has no secret: whether"
                  + " the hash of this return address is ours cannot be told"
              : "MAILFORWARDER_SRS_SECRET is not set here, and the database has no secret: hashes"
                  + " of SRS addresses are shown as ????");
    }
    if (!message) {
      notes.add(
          reversePath.isNull()
              ? "without --message nobody knows the author, so no signature is foretold"
              : "without --message the author is taken for the sender"
                  + (entrance.kind() == Entrance.Kind.MIXED
                      ? ", and mail of a sender of ours for submitted"
                      : ""));
    }
    if (entrance.kind() == Entrance.Kind.OTHERS) {
      notes.add(
          "MAILFORWARDER_SUBMISSION_PORT is set: nothing else was submitted; --submission explains"
              + " what comes in there");
    }
    return notes;
  }

  /** Says of domains that do not sign where that is because they are deactivated. */
  private List<String> deactivated(List<Signing> signatures)
      throws IOException, RefusedException, UsageException {
    List<String> domains =
        signatures.stream()
            .filter(signing -> signing.decision().equals("signing_off"))
            .map(Signing::domain)
            .filter(Objects::nonNull)
            .distinct()
            .toList();
    return domains.isEmpty()
        ? List.of()
        : context().database().domains().select(Selection.of(domains)).stream()
            .filter(domain -> !domain.active())
            .map(domain -> domain.title() + " is deactivated: nothing is signed for it")
            .toList();
  }

  /** Says of an address that is nobody's which list does not have it. */
  private static List<String> nobodys(Resolution resolution) {
    ResolutionStep end = resolution.end();
    return end.decision() != io.authserver.db.alias.Decision.UNKNOWN || end.listName() == null
        ? List.of()
        : List.of(
            "mailing list %s takes no extensions, or has no owner who receives mail for such an address"
                .formatted(Quoting.quote(end.listName())));
  }

  private static Authors authors(Optional<HeaderSection> header, ReversePath reversePath) {
    if (header.isPresent()) {
      return AuthorReader.read(header.get());
    }
    return reversePath instanceof ReversePath.Address(Mailbox mailbox)
        ? new Authors.Known(List.of(mailbox.foldedDomain()))
        : new Authors.Unclear(Authors.Reason.NO_FROM, List.of());
  }

  private Optional<HeaderSection> header() throws IOException, RefusedException {
    String file = message;
    if (file == null) {
      return Optional.empty();
    }
    if (file.equals("-")) {
      return Optional.of(MailFile.open(context().in()).header());
    }
    Path path = Path.of(file);
    if (!Files.isReadable(path) || Files.isDirectory(path)) {
      throw new RefusedException(file + " cannot be read");
    }
    try (InputStream in = Files.newInputStream(path)) {
      return Optional.of(MailFile.open(in).header());
    }
  }

  private static ReversePath reversePath(String text) throws UsageException {
    return text.isEmpty() || text.equals("<>")
        ? new ReversePath.Null()
        : new ReversePath.Address(mailbox("FROM", text));
  }

  private static ForwardPath forwardPath(String text) throws UsageException {
    return AsciiCase.equal(unbracketed(text), "postmaster")
        ? new ForwardPath.Postmaster()
        : new ForwardPath.Address(mailbox("TO", text));
  }

  private static Mailbox mailbox(String name, String text) throws UsageException {
    try {
      return Mailbox.parse(unbracketed(text));
    } catch (IllegalArgumentException e) {
      throw new UsageException(name + " is not an address: " + e.getMessage());
    }
  }

  private static String unbracketed(String text) {
    return text.startsWith("<") && text.endsWith(">") ? text.substring(1, text.length() - 1) : text;
  }
}

package io.authserver.dkimsigner;

import io.authserver.db.signing.SigningStore;
import io.authserver.dkimsigner.NetworkMapping.Oversign;
import io.authserver.dkimsigner.select.SigningDecision;
import io.authserver.dkimsigner.select.SigningDecision.LongFrom;
import io.authserver.dkimsigner.select.SigningDecision.NoUsableKey;
import io.authserver.dkimsigner.select.SigningDecision.PassThrough;
import io.authserver.dkimsigner.select.SigningDecision.Reject;
import io.authserver.dkimsigner.select.SigningDecision.Sign;
import io.authserver.dkimsigner.select.SigningSelector;
import io.authserver.dkimsigner.select.SigningSelector.Origin;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.address.Sender;
import io.authserver.smtp.author.AuthorReader;
import io.authserver.smtp.author.Authors;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.message.OriginMark;
import io.authserver.smtp.relay.NextHop;
import io.authserver.smtp.relay.OpenTransactions;
import io.authserver.smtp.relay.RelayOutcome;
import io.authserver.smtp.relay.RelayTimeouts;
import io.authserver.smtp.relay.RelayTransaction;
import io.authserver.smtp.reply.Reply;
import io.authserver.smtp.server.ClientSession;
import io.authserver.smtp.server.LogLine;
import io.authserver.smtp.server.MailTransaction;
import io.authserver.smtp.server.ReceivedMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One mail transaction: the envelope goes to the next hop as it comes, the message after it was
 * signed. The reply to each command is the next hop's.
 */
final class SigningTransaction implements MailTransaction {
  private static final Logger LOG = LoggerFactory.getLogger(SigningTransaction.class);

  private static final Reply SEVERAL_AUTHORS =
      Reply.of(550, "5.6.0", "This domain does not send mail with several authors");
  private static final Reply LONG_FROM =
      Reply.of(550, "5.6.0", "From has more than " + AuthorReader.MOST_BYTES + " bytes");
  private static final Reply NO_USABLE_KEY =
      Reply.of(451, "4.3.5", "The author's domain must sign its mail and cannot at the moment");

  /** Only the first connection is waited for, so that it cannot block another of its own. */
  private static final Duration CONNECTION_WAIT = Duration.ofSeconds(30);

  private final SigningStore store;
  private final MessageSigner signer;
  private final OwnResults ownResults;
  private final OriginCheck originCheck;
  private final Oversign oversign;
  private final SignerMetrics metrics;
  private final ClientSession session;
  private final RelayTransaction relay;
  private final Map<String, String> logFields = new LinkedHashMap<>();

  private Optional<String> reversePathDomain = Optional.empty();
  private int accepted;

  /**
   * Opens the next hop's transaction.
   *
   * @param openTransactions over how many transactions recipients are split when the next hop takes
   *     only so many in one
   */
  SigningTransaction(
      SigningStore store,
      MessageSigner signer,
      OwnResults ownResults,
      OriginCheck originCheck,
      Oversign oversign,
      SignerMetrics metrics,
      ClientSession session,
      NextHop nextHop,
      int openTransactions) {
    this.store = store;
    this.signer = signer;
    this.ownResults = ownResults;
    this.originCheck = originCheck;
    this.oversign = oversign;
    this.metrics = metrics;
    this.session = session;
    this.relay = nextHop.open(CONNECTION_WAIT, new OpenTransactions(openTransactions - 1));
    logFields.put("next_hop", nextHop.name());
  }

  @Override
  public Reply onMail(Sender sender) {
    reversePathDomain = domainOf(sender.reversePath());
    return relay.mail(sender).reply();
  }

  @Override
  public List<Reply> onRecipients(List<Recipient> recipients) {
    relay.limit(RelayTimeouts.DEFAULTS.total());
    List<Reply> replies = new ArrayList<>(recipients.size());
    for (RelayOutcome outcome : relay.recipients(recipients)) {
      note(outcome);
      replies.add(outcome.reply());
      if (outcome instanceof RelayOutcome.Delivered) {
        accepted++;
      }
    }
    return replies;
  }

  @Override
  public List<Reply> onMessage(ReceivedMessage message) throws IOException {
    // the database's time is taken from the next hop's: our client waits for both together
    relay.limit(RelayTimeouts.DEFAULTS.total());
    return Collections.nCopies(accepted, signAndRelay(message));
  }

  private Reply signAndRelay(ReceivedMessage message) throws IOException {
    MessageBytes content = withoutOwnResults(OriginMark.remove(message.content()));
    Authors authors = AuthorReader.read(content.header());
    OriginCheck.Result origin = originOf(message, authors);
    SigningDecision decision = origin.decision();
    logFields.put("decision", decision.name());
    Reply reply =
        switch (decision) {
          case Sign sign -> sign(sign, authors, origin.origin(), message, content);
          case PassThrough passThrough -> relay(message.receivedField(), content);
          case Reject reject -> SEVERAL_AUTHORS;
          case LongFrom longFrom -> LONG_FROM;
          case NoUsableKey noKey -> NO_USABLE_KEY;
        };
    metrics.message(logFields.getOrDefault("decision", decision.name()));
    return reply;
  }

  private MessageBytes withoutOwnResults(MessageBytes message) {
    MessageBytes content = ownResults.removeFrom(message);
    int removed = message.header().fieldCount() - content.header().fieldCount();
    if (removed > 0) {
      logFields.put("results_removed", Integer.toString(removed));
      metrics.removedResults(removed);
    }
    return content;
  }

  private OriginCheck.Result originOf(ReceivedMessage message, Authors authors) throws IOException {
    OriginCheck.Result result =
        originCheck.decide(
            message.content().header(),
            authors,
            reversePathDomain,
            store.find(SigningSelector.domainsToLookUp(authors, reversePathDomain)));
    logFields.put("origin", result.origin().word());
    metrics.origin(result.origin());
    if (result.differs()) {
      metrics.onlyReported(result.origin());
      LOG.warn(
          "{}: not signed as soon as DKIMSIGNER_ORIGIN is enforce",
          new LogLine()
              .add("event", "origin_not_proved")
              .add("session", session.id())
              .add("id", message.id())
              .add("client", session.clientAddress().getAddress().getHostAddress())
              .add("author_domain", String.join(",", authors.domains()))
              .add("origin", result.origin().word()));
    }
    return result;
  }

  private Reply sign(
      Sign sign, Authors authors, Origin origin, ReceivedMessage message, MessageBytes content)
      throws IOException {
    logFields.put("signing_domain", sign.domain().name());
    MessageSigner.Signed signed =
        signer.sign(
            sign.domain(),
            authors,
            origin.isTrusted() && oversign == Oversign.FULL,
            message.receivedField(),
            content);
    logFields.put("selector", String.join(",", signed.selectors()));
    if (signed.selectors().isEmpty()) {
      logFields.put("decision", signed.faulty() ? "self_check_failed" : "no_usable_key");
      if (sign.required()) {
        return NO_USABLE_KEY;
      }
    }
    return relay(signed.fields(), content);
  }

  private Reply relay(byte[] addedFields, MessageBytes content) throws IOException {
    RelayOutcome sent = relay.send(addedFields, content);
    note(sent);
    if (!(sent instanceof RelayOutcome.Delivered)) {
      return sent.reply();
    }
    RelayOutcome outcome = relay.finish();
    note(outcome);
    return outcome.reply();
  }

  /** A temporary failure has a cause that the operator wants to know and the client need not. */
  private void note(RelayOutcome outcome) {
    if (outcome instanceof RelayOutcome.TemporaryFailure failure) {
      logFields.put("cause", failure.cause());
    }
  }

  private static Optional<String> domainOf(ReversePath reversePath) {
    return switch (reversePath) {
      case ReversePath.Null none -> Optional.empty();
      case ReversePath.Address(Mailbox mailbox) -> Optional.of(mailbox.foldedDomain());
    };
  }

  @Override
  public Map<String, String> logFields() {
    return logFields;
  }

  @Override
  public void close() {
    relay.close();
  }
}

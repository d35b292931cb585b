package io.authserver.mailforwarder.fanout;

import io.authserver.db.alias.FinalAddress;
import io.authserver.mailforwarder.resolve.Decision;
import io.authserver.mailforwarder.resolve.Dsn;
import io.authserver.mailforwarder.resolve.SenderFacts;
import io.authserver.mailforwarder.resolve.Target;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.address.Recipient;
import io.authserver.smtp.address.Sender;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

/** Which copies a decision asks for. Pure. */
final class Plan {
  private Plan() {}

  /**
   * A copy to be made.
   *
   * @param finalAddress by which duplicates are found
   * @param ours whether it goes to a domain of ours
   */
  record Planned(String finalAddress, LegKey key, Recipient recipient, boolean ours) {}

  /**
   * Plans the copies of a recipient.
   *
   * @param transactional whether what is passed on to a foreign domain takes the transactional
   *     relay
   */
  static List<Planned> of(
      Decision decision, Recipient recipient, SenderFacts facts, boolean transactional) {
    return switch (decision) {
      case Decision.PassOn(ForwardPath path, boolean foreign) ->
          List.of(
              new Planned(
                  finalAddress(path, !foreign),
                  new LegKey(
                      foreign && transactional ? Route.TRANSACTIONAL_RELAY : Route.LOCAL_DELIVERY,
                      new Sender(facts.sender().reversePath(), Dsn.passedOn(facts)),
                      Optional.empty(),
                      foreign),
                  new Recipient(recipient.forwardPath(), Dsn.asked(facts, recipient.parameters())),
                  !foreign));
      case Decision.Forward forward -> forwarded(forward);
      case Decision.Drop drop -> List.of();
      case Decision.Refuse refuse -> List.of();
    };
  }

  private static List<Planned> forwarded(Decision.Forward forward) {
    Optional<String> deliveredTo = Optional.of(FinalAddress.folded(forward.expandedBy()));
    // The targets of a list share its sender.
    IdentityHashMap<Sender, LegKey> ours = new IdentityHashMap<>();
    IdentityHashMap<Sender, LegKey> foreign = new IdentityHashMap<>();
    List<Planned> copies = new ArrayList<>(forward.targets().size());
    for (Target target : forward.targets()) {
      if (target instanceof Target.Send send) {
        copies.add(
            new Planned(
                send.finalAddress(),
                (send.ours() ? ours : foreign)
                    .computeIfAbsent(
                        send.sender(),
                        sender ->
                            new LegKey(Route.REMOTE_RELAY, sender, deliveredTo, !send.ours())),
                new Recipient(new ForwardPath.Address(send.address()), send.parameters()),
                send.ours()));
      }
    }
    return copies;
  }

  /**
   * Returns whether what is passed on to a foreign domain takes the transactional relay: submitted
   * mail of a domain that may, whose author is in that domain too.
   *
   * @param relay whether there is one
   * @param author the domain of the author, where there is no doubt about it
   */
  static boolean isTransactional(SenderFacts facts, boolean relay, Optional<String> author) {
    return relay && facts.submitted() && facts.transactional() && facts.domain().equals(author);
  }

  /** Returns by what duplicates of what is passed on are found. */
  private static String finalAddress(ForwardPath path, boolean ours) {
    return switch (path) {
      case ForwardPath.Address(Mailbox mailbox) -> FinalAddress.of(mailbox, ours);
      case ForwardPath.Postmaster() -> "postmaster";
    };
  }
}

package io.authserver.mailforwarder.fanout;

import io.authserver.db.outcome.NewOutcome;
import io.authserver.db.outcome.OutcomeKey;
import io.authserver.db.outcome.OutcomeKind;
import io.authserver.db.outcome.OutcomeStore;
import io.authserver.db.outcome.StoredOutcome;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.ReversePath;
import io.authserver.smtp.message.MessageBytes;
import io.authserver.smtp.relay.RelayOutcome;
import io.authserver.smtp.reply.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is remembered of one message from try to try. Owned by the session's thread.
 *
 * <p>Nothing is written about a message that is taken at once, and it is not even hashed: the store
 * knows from memory which envelopes came before.
 */
final class Ledger {
  private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

  /** Characters of a next hop's reply that are remembered: the codes come first. */
  private static final int MAX_REPLY = 1000;

  private final OutcomeStore store;
  private final ForwarderMetrics metrics;
  private final ReversePath reversePath;

  /** What the store has of this message. */
  private final Map<OutcomeKey, OutcomeKind> stored = new HashMap<>();

  private @Nullable OutcomeKeys keys;

  Ledger(OutcomeStore store, ForwarderMetrics metrics, ReversePath reversePath) {
    this.store = store;
    this.metrics = metrics;
    this.reversePath = reversePath;
  }

  /**
   * Returns whether an earlier message with this recipient came again, so that only the final dot
   * can tell what became of it. Where that is not known, it is not so.
   */
  boolean mayRemember(Entry entry) {
    try {
      return !store.pending(envelopes(List.of(entry))).isEmpty();
    } catch (AuthDatabaseException e) {
      LOG.debug("event=outcomes_unknown", e);
      return false;
    }
  }

  private Set<Long> envelopes(List<Entry> entries) {
    return entries.stream()
        .flatMap(entry -> entry.names().stream())
        .map(this::envelope)
        .collect(Collectors.toSet());
  }

  private long envelope(ForwardPath name) {
    return OutcomeKeys.envelope(reversePath, name);
  }

  /**
   * Looks up what became of the targets in earlier tries, and gives copies the outcomes that are
   * final.
   *
   * @return the copies that are not to be sent
   * @throws AuthDatabaseException where something may be remembered and cannot be looked up
   * @throws IOException when the message cannot be read
   */
  Set<Copy> recall(List<Entry> accepted, MessageBytes message) throws IOException {
    List<Entry> entries = Entry.distinct(accepted);
    if (store.pending(envelopes(entries)).isEmpty()) {
      return Set.of();
    }
    read(message);
    Map<OutcomeKey, StoredOutcome> found =
        store.find(
            entries.stream()
                .flatMap(
                    entry ->
                        entry.names().stream()
                            .flatMap(name -> entry.parts().stream().map(part -> key(name, part))))
                .toList());
    metrics.lookedUp(!found.isEmpty());
    Set<Copy> recalled = new HashSet<>();
    for (Entry entry : entries) {
      for (Entry.Part part : entry.parts()) {
        StoredOutcome outcome = outcome(found, entry, part);
        if (outcome != null && recall(part, outcome)) {
          recalled.add(part.copy());
        }
      }
    }
    found.forEach((key, outcome) -> stored.put(key, outcome.kind()));
    metrics.remembered(recalled.size());
    return recalled;
  }

  private @Nullable StoredOutcome outcome(
      Map<OutcomeKey, StoredOutcome> found, Entry entry, Entry.Part part) {
    for (ForwardPath name : entry.names()) {
      StoredOutcome outcome = found.get(key(name, part));
      if (outcome != null) {
        return outcome;
      }
    }
    return null;
  }

  private static boolean recall(Entry.Part part, StoredOutcome outcome) {
    part.remember(outcome.age());
    switch (outcome.kind()) {
      case DELIVERED ->
          part.copy().recall(new RelayOutcome.Delivered(Reply.of(250, "2.0.0", "Taken before")));
      case REFUSED, REPORTED -> {
        if (outcome.kind() == OutcomeKind.REPORTED) {
          part.markReported();
        }
        // Behind another recipient the same address may have been taken.
        if (part.copy().state() != Copy.State.DELIVERED) {
          part.copy().recall(new RelayOutcome.PermanentFailure(reply(outcome.reply())));
        }
      }
      case DEFERRED -> {
        return false;
      }
    }
    return true;
  }

  /** Returns whether an earlier try is remembered. */
  boolean hasRecords() {
    return !stored.isEmpty();
  }

  /**
   * Lets go of targets that have failed for now for so long: they count as refused.
   *
   * @return how many
   */
  static int giveUp(List<Entry> entries, Duration after) {
    int count = 0;
    for (Entry entry : Entry.distinct(entries)) {
      for (Entry.Part part : entry.parts()) {
        if (part.copy().state() == Copy.State.DEFERRED && part.age().compareTo(after) >= 0) {
          String last = part.copy().outcome().reply().toString();
          part.copy()
              .refuse(
                  Copy.Ruling.GIVEN_UP,
                  // RFC 3463 §3.5: x.4.7, delivery time expired
                  Reply.of(
                      554,
                      "5.4.7",
                      Reply.clean(
                          "Not delivered within "
                              + hours(after)
                              + "; the last answer was: "
                              + last)));
          count++;
        }
      }
    }
    return count;
  }

  private static String hours(Duration time) {
    return time.toHours() > 0 ? time.toHours() + " hours" : time.toMinutes() + " minutes";
  }

  /**
   * Remembers the outcomes of targets, those that failed for now as well, as far as the store does
   * not have them yet.
   *
   * @param underWay whether copies that a next hop has accepted are left out: their outcome follows
   * @return whether they are stored
   * @throws IOException when the message cannot be read
   */
  boolean store(Collection<Entry> entries, MessageBytes message, boolean underWay)
      throws IOException {
    read(message);
    Map<OutcomeKey, NewOutcome> changes = new LinkedHashMap<>();
    for (Entry entry : Entry.distinct(entries)) {
      for (Entry.Part part : entry.parts()) {
        if (underWay && part.copy().state() == Copy.State.ACCEPTED) {
          continue;
        }
        OutcomeKey key = key(entry, part);
        OutcomeKind kind = kind(part);
        if (stored.get(key) != kind) {
          String reply =
              kind == OutcomeKind.REFUSED || kind == OutcomeKind.REPORTED
                  ? text(part.copy().outcome().reply())
                  : "";
          changes.put(key, new NewOutcome(key, envelope(entry.rememberedAs()), kind, reply));
        }
      }
    }
    if (changes.isEmpty()) {
      return true;
    }
    try {
      store.store(new ArrayList<>(changes.values()));
    } catch (AuthDatabaseException e) {
      LOG.warn("event=outcomes_not_stored count={} cause=\"{}\"", changes.size(), e.getMessage());
      metrics.stored(changes.size(), false);
      return false;
    }
    metrics.stored(changes.size(), true);
    changes.forEach((key, change) -> stored.put(key, change.kind()));
    return true;
  }

  /** Returns how many copies were delivered about which the store does not know. */
  long unstored(Collection<Entry> entries) {
    OutcomeKeys known = keys;
    Set<Copy> copies = new HashSet<>();
    for (Entry entry : Entry.distinct(entries)) {
      for (Entry.Part part : entry.parts()) {
        if (part.copy().state() == Copy.State.DELIVERED
            && (known == null || stored.get(key(entry, part)) != OutcomeKind.DELIVERED)) {
          copies.add(part.copy());
        }
      }
    }
    return copies.size();
  }

  private void read(MessageBytes message) throws IOException {
    if (keys == null) {
      keys = OutcomeKeys.of(reversePath, message);
    }
  }

  private OutcomeKey key(Entry entry, Entry.Part part) {
    return key(entry.rememberedAs(), part);
  }

  private OutcomeKey key(ForwardPath name, Entry.Part part) {
    OutcomeKeys known = keys;
    if (known == null) {
      throw new IllegalStateException("the message was not read");
    }
    return known.key(name, part.copy().finalAddress());
  }

  private static OutcomeKind kind(Entry.Part part) {
    return switch (part.copy().state()) {
      case DELIVERED -> OutcomeKind.DELIVERED;
      case REFUSED -> part.isReported() ? OutcomeKind.REPORTED : OutcomeKind.REFUSED;
      case WAITING, ACCEPTED, DEFERRED -> OutcomeKind.DEFERRED;
    };
  }

  private static String text(Reply reply) {
    String text = Reply.shortened(reply.toString(), MAX_REPLY);
    StringBuilder clean = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      clean.append(c >= 0x20 && c < 0x7f ? c : '?');
    }
    return clean.toString();
  }

  /** Returns a reply as it was before it was stored, on one line. */
  private static Reply reply(String text) {
    boolean whole = text.matches("5[0-9]{2} .*");
    return Reply.foreign(
        whole ? Integer.parseInt(text.substring(0, 3)) : 550,
        List.of(whole ? text.substring(4) : text));
  }
}

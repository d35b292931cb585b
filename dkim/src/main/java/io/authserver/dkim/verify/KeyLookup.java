package io.authserver.dkim.verify;

import java.util.List;

/** Finds the TXT records that publish a key. The implementation bounds its own time. */
@FunctionalInterface
public interface KeyLookup {
  /**
   * Looks up TXT records.
   *
   * @param recordName selector, {@code _domainkey} and domain, A-labels, no dot at the end
   */
  Answer lookup(String recordName);

  /** What DNS said. */
  sealed interface Answer {}

  /**
   * Records.
   *
   * @param texts one for each record, its strings joined
   */
  record Records(List<String> texts) implements Answer {
    /** Copies the list. */
    public Records {
      texts = List.copyOf(texts);
    }
  }

  /** No such name, or no TXT record there. */
  record NoRecord() implements Answer {}

  /**
   * No answer for now.
   *
   * @param detail what happened, for a log
   */
  record NoAnswer(String detail) implements Answer {}
}

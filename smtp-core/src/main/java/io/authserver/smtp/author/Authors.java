package io.authserver.smtp.author;

import java.util.List;
import java.util.Optional;

/** Who wrote a message, as its From fields say. */
public sealed interface Authors {
  /** Returns the domains that From names, as far as they could be read, folded. */
  List<String> domains();

  /**
   * The authors' domains, folded, without duplicates, in their order; at least one.
   *
   * @param domains A-labels in lower case; an address literal keeps its brackets
   * @param localPart the local part of the only author, where it is a dot-atom of ASCII
   */
  record Known(List<String> domains, Optional<String> localPart) implements Authors {
    /** Makes authors whose local parts do not matter. */
    public Known(List<String> domains) {
      this(domains, Optional.empty());
    }

    /** Copies the list. */
    public Known {
      domains = List.copyOf(domains);
    }
  }

  /**
   * No single statement of authorship: no From field, several of them, or one that cannot be read.
   *
   * @param reason the decision's name in the log and in the metrics
   * @param domains the domains that could be read all the same, folded
   */
  record Unclear(Reason reason, List<String> domains) implements Authors {
    /** Copies the list. */
    public Unclear {
      domains = List.copyOf(domains);
    }
  }

  /** Why authorship is unclear. */
  enum Reason {
    /** RFC 5322 §3.6 requires a From field; this message has none. */
    NO_FROM,
    /** RFC 5322 §3.6 allows one From field; this message has more. */
    SEVERAL_FROM,
    /** The From field names no mailbox, e.g. an empty group (RFC 6854). */
    NO_MAILBOX,
    /** From has more than {@link AuthorReader#MOST_BYTES}, all its fields together. */
    LONG_FROM,
    /** The From field is not an address list (RFC 5322 §3.4, §4.4). */
    UNPARSABLE_FROM
  }
}

package io.authserver.dkimsigner.select;

import io.authserver.db.signing.SigningDomain;
import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.author.AuthorReader;

/** What to do with a message, before any key is used. */
public sealed interface SigningDecision {
  /** Returns the decision's name in the log and in the metrics. */
  String name();

  /**
   * Sign with the active keys of this domain.
   *
   * @param required whether a message that then cannot be signed has to wait, because the author's
   *     domain or the one that signs says so
   */
  record Sign(SigningDomain domain, boolean required) implements SigningDecision {
    @Override
    public String name() {
      return "sign";
    }
  }

  /** Pass the message on as it is. */
  record PassThrough(Why why) implements SigningDecision {
    @Override
    public String name() {
      return AsciiCase.lower(why.name());
    }
  }

  /**
   * Refuse the message for good: a domain that it names does not want mail of unclear authorship.
   */
  record Reject(SigningDomain domain, Why why) implements SigningDecision {
    @Override
    public String name() {
      return "refused_" + AsciiCase.lower(why.name());
    }
  }

  /**
   * Refuse the message for good: From has more than {@link AuthorReader#MOST_BYTES}, so nobody
   * knows which domains it names, nor what they want.
   */
  record LongFrom() implements SigningDecision {
    @Override
    public String name() {
      return "refused_long_from";
    }
  }

  /** Refuse the message for now: its domain must sign and has nothing to sign with. */
  record NoUsableKey(SigningDomain domain) implements SigningDecision {
    @Override
    public String name() {
      return "no_usable_key";
    }
  }

  /** Why a message is not signed. */
  enum Why {
    /** No From field. */
    NO_FROM,
    /** Several From fields, or authors of different domains. */
    SEVERAL_AUTHORS,
    /** The From field cannot be read, or names no mailbox. */
    UNREADABLE_AUTHOR,
    /** Neither the author's domain nor a parent of it is ours. */
    FOREIGN_AUTHOR,
    /** The author's domain does not want its mail signed. */
    SIGNING_OFF,
    /** The author's domain has no active key. */
    NO_KEY,
    /** An author of ours in a message that is not proved to have been submitted to us. */
    NOT_SUBMITTED,
    /** An author of ours that who submitted the message may not be. */
    AUTHOR_MISMATCH
  }
}

package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.message.HeaderSection;

/**
 * What the listener at which a message comes in says about its submission.
 *
 * @param names the names of our edge
 */
public record Entrance(Kind kind, EdgeNames names) {
  /** What comes in there. */
  public enum Kind {
    /** Submissions and other mail: the Received fields tell. */
    MIXED("by_received"),
    /** Nothing but submissions. */
    SUBMISSIONS("all"),
    /** Everything but submissions, which have a listener of their own. */
    OTHERS("none");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** Returns which of the mail was submitted, in the word of the log. */
    public String word() {
      return word;
    }
  }

  /** Returns what the listener for submissions says. */
  public Entrance submissions() {
    return new Entrance(Kind.SUBMISSIONS, names);
  }

  Submission submission(HeaderSection header) {
    return submission(header, true);
  }

  /**
   * Returns what is known of the submission of a message.
   *
   * @param whole whether that is all of its header section
   */
  Submission submission(HeaderSection header, boolean whole) {
    return switch (kind) {
      case MIXED -> Submission.of(header, whole, names);
      case SUBMISSIONS -> new Submission(true, Submission.of(header, names).login());
      case OTHERS -> Submission.NONE;
    };
  }

  /**
   * Returns what is believed until the header section is known.
   *
   * @param ours whether the reverse-path is in a domain of ours
   */
  boolean seemsSubmitted(boolean ours) {
    return kind == Kind.SUBMISSIONS || (kind == Kind.MIXED && ours);
  }
}

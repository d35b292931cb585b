package io.authserver.mailforwarder.resolve;

import io.authserver.smtp.address.ForwardPath;
import io.authserver.smtp.address.Mailbox;
import io.authserver.smtp.reply.Reply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What becomes of a recipient of our client. */
public sealed interface Decision {
  /**
   * It goes on as it is: a user's alias with its extension, a foreign address, or an unknown local
   * part of ours, about which OpenSMTPD has the last word.
   *
   * @param path the address as the client gave it
   * @param foreign whether its domain is not ours
   */
  record PassOn(ForwardPath path, boolean foreign) implements Decision {}

  /**
   * It stands for other addresses.
   *
   * @param expandedBy the address that stands for them, as the client gave it
   * @param targets what it stands for, at least one
   * @param skipped what was left out, for the log
   */
  record Forward(Mailbox expandedBy, List<Target> targets, List<Skipped> skipped)
      implements Decision {
    /** Copies the lists. */
    public Forward {
      targets = List.copyOf(targets);
      skipped = List.copyOf(skipped);
    }

    /** Returns the senders that have to be kept before a copy is told to anybody, by token. */
    public Map<String, String> senders() {
      Map<String, String> senders = new HashMap<>();
      for (Target target : targets) {
        if (target instanceof Target.Send send) {
          send.token().ifPresent(token -> senders.put(token.token(), token.address()));
        }
      }
      return senders;
    }
  }

  /**
   * It is taken and thrown away, as its alias says.
   *
   * @param reason for the log
   */
  record Drop(String reason) implements Decision {}

  /**
   * It is refused.
   *
   * @param reply for the client
   * @param reason for the log
   * @param operatorShouldAct whether our own configuration is at fault
   */
  record Refuse(Reply reply, String reason, boolean operatorShouldAct) implements Decision {
    /** The reason where no secret of ours made the hash of a return address. */
    public static final String SRS_BAD_HASH = "srs_bad_hash";
  }

  /**
   * An address of a list or redirect that gets nothing.
   *
   * @param address as the database has it
   * @param reason in a word, e.g. {@code circle}
   */
  record Skipped(String address, String reason) {
    /** What an administrator blocked with {@code drop}. */
    static final String BLOCKED_DROP = "blocked_drop";

    /** A list within a list that an administrator deactivated. */
    static final String INACTIVE_LIST = "inactive_list";

    /** A list whose members get no bounces. */
    static final String NULL_SENDER = "list_null_sender";

    /** Returns whether an administrator wants it so: nobody has to act. */
    public boolean isWanted() {
      return reason.equals(BLOCKED_DROP)
          || reason.equals(INACTIVE_LIST)
          || reason.equals(NULL_SENDER);
    }
  }
}
